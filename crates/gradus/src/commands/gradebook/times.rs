//! When submissions were handed in, as somebody else has noted it.

use std::path::Path;

use anyhow::Context;
use gradus_gradebook::Gradebook;
use jiff::Timestamp;
use serde::Deserialize;

use crate::Ending;
use crate::commands::{find_assignment, recording};
use crate::error::Hinted;

#[derive(Deserialize)]
struct Row {
    name: String,
    handed_in: String,
}

/// Reads the table, and notes what it says of the submissions that are in the gradebook.
pub fn run(gradebook: &Gradebook, assignment: &str, file: &Path) -> anyhow::Result<Ending> {
    let assignment = find_assignment(assignment)?;
    let hint = "it is CSV with the headings `name` and `handed_in`; a time is written 2026-01-15T23:40:00+01:00";
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|error| Hinted::new(format!("{}: {error}", file.display()), hint))?;
    let mut times = Vec::new();
    for (number, row) in reader.deserialize().enumerate() {
        let line = number + 2;
        let read = row.map_err(anyhow::Error::from).and_then(|row: Row| {
            let time: Timestamp = row.handed_in.parse().with_context(|| format!("`{}`", row.handed_in))?;
            Ok((row.name, time))
        });
        let row = read.map_err(|error| Hinted::new(format!("{}, line {line}: {error:#}", file.display()), hint))?;
        times.push(row);
    }
    let unknown = gradebook.note_times(assignment.id, &times).map_err(recording::hinted)?;
    eprintln!("{} times of `{}` noted", times.len() - unknown.len(), assignment.id);
    for name in unknown {
        eprintln!("    {name} has no submission in the gradebook");
    }
    Ok(Ending::Well)
}
