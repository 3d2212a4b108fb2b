//! `gradus gradebook`: reads and fills the gradebook.

mod export;
mod grades;
mod serve;
mod show;
mod times;

use std::path::Path;

use gradus_assignments::Assignment;
use gradus_gradebook::course::{BY_HAND, Course};
use gradus_gradebook::{Gradebook, Standing};
use gradus_notebook::authoring::{Source, WrittenQuestion};

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
        GradebookAction::Serve { port } => serve::run(gradebook()?, *port),
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
    let max_points = if assignment == BY_HAND {
        part_of_the_course(question, points)?
    } else {
        let accepted = graded_by_people(find_assignment(assignment)?)?.accept(question, points, comment);
        f64::from(accepted.map_err(|error| Hinted::new(error.to_string(), error.hint()))?)
    };
    gradebook.score_by_hand(student, assignment, question, (points, max_points), comment).map_err(recording::hinted)?;
    eprintln!("{student} has {points} of {max_points} for `{question}` of `{assignment}`");
    Ok(Ending::Well)
}

/// A part of the course is scored in percent.
fn part_of_the_course(part: &str, percent: f64) -> anyhow::Result<f64> {
    const ALL: f64 = 100.0;
    if (0.0..=ALL).contains(&percent) {
        return Ok(ALL);
    }
    let message = format!("`{part}` is worth 0 to {ALL} percent, not {percent}");
    Err(Hinted::new(message, "give a number between them").into())
}

/// An assignment as far as people grade it, from its manifest and its source.
fn graded_by_people(assignment: &'static Assignment) -> anyhow::Result<gradus_review::Assignment> {
    let manifest = assignment.manifest()?;
    Ok(gradus_review::Assignment {
        id: manifest.id,
        title: manifest.title,
        functions: manifest.functions.into_iter().map(|function| (function.name, function.points)).collect(),
        written: written(assignment)?,
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
    let by_hand: u32 = written(find_assignment(assignment)?)?.iter().map(|question| question.points).sum();
    Ok(f64::from(by_checks + by_hand))
}

/// The written questions of an assignment.
fn written(assignment: &Assignment) -> anyhow::Result<Vec<WrittenQuestion>> {
    let source = gradus_grader::key(assignment.id).map_or("", |key| key.source);
    let source = Source::parse(assignment.id, source).map_err(|error| wrong_source(assignment.id, &error))?;
    Ok(source.written().collect())
}
