//! Scores for learning platforms.

use std::path::Path;

use gradus_gradebook::course::Worth;
use gradus_gradebook::{Format, Gradebook, Score};
use gradus_judge::report;
use jiff::tz::TimeZone;

use super::max_points;
use crate::Ending;
use crate::arguments::ExportFormat;
use crate::commands::{find_assignment, recording};
use crate::error::Hinted;
use crate::files;
use crate::terminal;

/// Whom an export is for, and what they need to know.
pub struct Platform<'a> {
    /// For whom.
    pub format: ExportFormat,
    /// Canvas's number of the assignment.
    pub canvas_id: Option<u64>,
    /// The time zone of dates.
    pub time_zone: Option<&'a str>,
}

/// Writes an assignment's scores.
pub fn run(
    gradebook: &Gradebook,
    assignment: &str,
    course: Option<&Path>,
    platform: &Platform<'_>,
    out: Option<&Path>,
) -> anyhow::Result<Ending> {
    let assignment = find_assignment(assignment)?;
    let title = assignment.manifest()?.title;
    let attempts = gradebook.attempts(None).map_err(recording::hinted)?;
    let course = course.map(super::course).transpose()?;
    let worth = match &course {
        Some(course) => course.worth(&attempts),
        None => {
            let standings = gradebook.standings(Some(assignment.id)).map_err(recording::hinted)?;
            standings.iter().map(Worth::in_time).collect()
        }
    };
    let due = course
        .iter()
        .flat_map(|course| &course.assignments)
        .find(|deadlines| deadlines.id == assignment.id)
        .map(|deadlines| deadlines.soft);
    let max_points = max_points(assignment.id, &attempts)?;
    let scores: Vec<_> = worth
        .into_iter()
        .filter(|worth| worth.standing.assignment == assignment.id)
        .map(|worth| Score { worth, due, title: title.clone(), max_points })
        .collect();
    if scores.is_empty() {
        let message = format!("the gradebook has no result of `{}`", assignment.id);
        return Err(Hinted::new(message, "grade its submissions first, with the same --gradebook").into());
    }
    let without_score = scores.iter().filter(|score| score.worth.points.is_none()).count();
    if without_score > 0 {
        eprintln!("{without_score} have no score, because of faults of the grader: their cells are empty");
    }
    let zone = match platform.time_zone {
        None => TimeZone::system(),
        Some(name) => TimeZone::get(name).map_err(|error| {
            Hinted::new(error.to_string(), "give a name of the IANA time zone database, such as Europe/Zurich")
        })?,
    };
    let format = match platform.format {
        ExportFormat::Gradescope => return gradescope(&scores, out),
        ExportFormat::Canvas => Format::Canvas { id: platform.canvas_id },
        ExportFormat::Moodle => Format::Moodle(&zone),
        ExportFormat::Nbgrader => Format::Nbgrader,
        ExportFormat::Jsonl => Format::JsonLines,
    };
    let text = gradus_gradebook::export(&scores, format).map_err(recording::hinted)?;
    match out {
        None => terminal::data(&text)?,
        Some(path) => {
            files::Pending::at(path)?.write(text.as_bytes())?;
            eprintln!("{} scores: {}", scores.len(), path.display());
        }
    }
    Ok(Ending::Well)
}

/// A folder for each student with their report and their results.json.
fn gradescope(scores: &[Score], out: Option<&Path>) -> anyhow::Result<Ending> {
    let out = out.ok_or_else(|| Hinted::new("there is no folder to write to", "give one with --out"))?;
    for score in scores {
        report::write(&score.worth.standing.outcome, out)
            .map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    }
    eprintln!("{} results: {}", scores.len(), out.join("<student>").join("results.json").display());
    Ok(Ending::Well)
}
