//! `gradus gradebook`: reads and fills the gradebook.

mod export;
mod grades;
mod show;
mod times;

use std::path::Path;

use gradus_gradebook::course::{BY_HAND, Course};
use gradus_gradebook::{Gradebook, Standing};
use gradus_notebook::authoring::Source;

use crate::Ending;
use crate::arguments::{Gradebook as Options, GradebookAction};
use crate::commands::authored::wrong_source;
use crate::commands::{find_assignment, recording};
use crate::error::Hinted;

/// Does what the arguments ask for.
pub fn run(options: &Options) -> anyhow::Result<Ending> {
    let gradebook = || recording::open_existing(&options.gradebook);
    match &options.action {
        GradebookAction::Show { student, assignment, format } => {
            show::run(&gradebook()?, student.as_deref(), assignment.as_deref(), *format)
        }
        GradebookAction::Roster { file } => {
            // A course may begin with its roster.
            let read = recording::open(&options.gradebook)?.read_roster(file).map_err(recording::hinted)?;
            eprintln!("{read} students read from {}", file.display());
            Ok(Ending::Well)
        }
        GradebookAction::Times { assignment, file } => times::run(&gradebook()?, assignment, file),
        GradebookAction::Grades { course, format } => grades::run(&gradebook()?, course, *format),
        GradebookAction::Score { student, assignment, question, points, comment } => {
            score(&gradebook()?, student, assignment, question, *points, comment)
        }
        GradebookAction::Export { assignment, format, out, course, canvas_id, time_zone } => {
            let platform = export::Platform { format: *format, canvas_id: *canvas_id, time_zone: time_zone.as_deref() };
            export::run(&gradebook()?, assignment, course.as_deref(), &platform, out.as_deref())
        }
    }
}

fn score(
    gradebook: &Gradebook,
    student: &str,
    assignment: &str,
    question: &str,
    points: f64,
    comment: &str,
) -> anyhow::Result<Ending> {
    let max_points = if assignment == BY_HAND { 100.0 } else { worth_of(assignment, question)? };
    if !(0.0..=max_points).contains(&points) {
        let message = format!("`{question}` is worth 0 to {max_points} points, not {points}");
        return Err(Hinted::new(message, "give a number between them").into());
    }
    gradebook.score_by_hand(student, assignment, question, (points, max_points), comment).map_err(recording::hinted)?;
    eprintln!("{student} has {points} of {max_points} for `{question}` of `{assignment}`");
    Ok(Ending::Well)
}

/// What a written question is worth.
fn worth_of(assignment: &str, question: &str) -> anyhow::Result<f64> {
    let written = written(assignment)?;
    written.iter().find(|(cell, _)| cell == question).map(|(_, points)| f64::from(*points)).ok_or_else(|| {
        let cells: Vec<_> = written.iter().map(|(cell, _)| cell.as_str()).collect();
        let message = format!("`{assignment}` has no written question `{question}`");
        let hint = match cells.as_slice() {
            [] => "it has none at all".to_owned(),
            cells => format!("its written questions are: {}", cells.join(", ")),
        };
        Hinted::new(message, hint).into()
    })
}

/// The course's rules.
fn course(path: &Path) -> anyhow::Result<Course> {
    Course::read(path).map_err(|error| {
        let hint = error.hint();
        Hinted::new(error.to_string(), hint).into()
    })
}

/// What an assignment is worth: by its checks, of which one graded submission tells, and by hand.
fn max_points(assignment: &str, attempts: &[Standing]) -> anyhow::Result<f64> {
    let own = attempts.iter().filter(|attempt| attempt.assignment == assignment);
    let by_checks = own.filter_map(|attempt| attempt.outcome.max_points()).max().unwrap_or_default();
    let by_hand: u32 = written(assignment)?.iter().map(|(_, points)| points).sum();
    Ok(f64::from(by_checks + by_hand))
}

/// The written questions of an assignment, and what each is worth.
fn written(assignment: &str) -> anyhow::Result<Vec<(String, u32)>> {
    let assignment = find_assignment(assignment)?;
    let source = gradus_grader::key(assignment.id).map_or("", |key| key.source);
    let source = Source::parse(assignment.id, source).map_err(|error| wrong_source(assignment.id, &error))?;
    Ok(source.written().map(|(cell, points)| (cell.to_owned(), points)).collect())
}
