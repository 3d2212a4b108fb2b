//! Scores in the form that a learning platform imports.

use csv::Writer;
use gradus_judge::report;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::GradebookError;
use crate::course::Worth;
use crate::history::Standing;

/// Whose form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format<'a> {
    /// The CSV that Canvas's gradebook imports; it calls an assignment by its title and this id of its own.
    Canvas {
        /// The number in the address of the assignment's page.
        id: Option<u64>,
    },
    /// The grading worksheet of a Moodle assignment, with dates in this time zone.
    Moodle(&'a TimeZone),
    /// The columns of nbgrader's `export`.
    Nbgrader,
    /// A JSON object for each student, with all there is.
    JsonLines,
}

/// A student's work with all that is exported of it.
#[derive(Debug, Clone)]
pub struct Score {
    /// What it is worth.
    pub worth: Worth,
    /// When it was due, where there is a deadline.
    pub due: Option<DateTime>,
    /// The assignment's title.
    pub title: String,
    /// What can be earned, by checks and by hand.
    pub max_points: f64,
}

/// The scores of one assignment as a table. A fault of ours has no score, and its cell is empty.
///
/// # Errors
/// When the table cannot be written.
pub fn export(scores: &[Score], format: Format<'_>) -> Result<String, GradebookError> {
    match format {
        Format::Canvas { id } => canvas(scores, id),
        Format::Moodle(zone) => moodle(scores, zone),
        Format::Nbgrader => nbgrader(scores),
        Format::JsonLines => Ok(json_lines(scores)),
    }
}

/// The columns of Canvas's own export, and the row that tells what can be earned.
fn canvas(scores: &[Score], id: Option<u64>) -> Result<String, GradebookError> {
    let title = scores.first().map_or("", |score| &score.title);
    let column = id.map_or_else(|| title.to_owned(), |id| format!("{title} ({id})"));
    let max_points = scores.first().map(|score| number(score.max_points)).unwrap_or_default();
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record([
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        &report::spreadsheet_cell(&column),
    ])?;
    writer.write_record(["    Points Possible", "", "", "", "", &max_points])?;
    for score in scores {
        let student = &score.worth.standing.student;
        let text = |text: &Option<String>| report::spreadsheet_cell(text.as_deref().unwrap_or_default());
        writer.write_record([
            report::spreadsheet_cell(student.shown_name()),
            text(&student.canvas_id),
            text(&student.sis_user_id),
            text(&student.sis_login_id),
            text(&student.section),
            points(score),
        ])?;
    }
    finished(writer)
}

fn moodle(scores: &[Score], zone: &TimeZone) -> Result<String, GradebookError> {
    let mut writer = Writer::from_writer(Vec::new());
    let headings = ["Identifier", "Full name", "Email address", "Status", "Grade", "Last modified (grade)"];
    writer.write_record(headings)?;
    for score in scores {
        let student = &score.worth.standing.student;
        let text = |text: &Option<String>| report::spreadsheet_cell(text.as_deref().unwrap_or_default());
        let graded = if score.worth.points.is_some() { " - Graded" } else { "" };
        let at = score.worth.standing.graded_at.to_zoned(zone.clone());
        writer.write_record([
            text(&student.moodle_id),
            report::spreadsheet_cell(student.shown_name()),
            text(&student.email),
            format!("Submitted for grading{graded}"),
            points(score),
            at.strftime("%A, %-d %B %Y, %-I:%M %p").to_string(),
        ])?;
    }
    finished(writer)
}

fn nbgrader(scores: &[Score]) -> Result<String, GradebookError> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record([
        "assignment",
        "duedate",
        "timestamp",
        "student_id",
        "last_name",
        "first_name",
        "email",
        "raw_score",
        "late_submission_penalty",
        "score",
        "max_score",
    ])?;
    for score in scores {
        let Standing { student, assignment, handed_in_at, .. } = &score.worth.standing;
        let (first, last) = student.full_name.as_deref().map(names).unwrap_or_default();
        writer.write_record([
            report::spreadsheet_cell(assignment),
            score.due.map(|due| due.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default(),
            handed_in_at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            report::spreadsheet_cell(&student.name),
            report::spreadsheet_cell(last),
            report::spreadsheet_cell(first),
            report::spreadsheet_cell(student.email.as_deref().unwrap_or_default()),
            score.worth.earned.map(number).unwrap_or_default(),
            score
                .worth
                .points
                .zip(score.worth.earned)
                .map(|(points, earned)| number(earned - points))
                .unwrap_or_default(),
            points(score),
            number(score.max_points),
        ])?;
    }
    finished(writer)
}

fn json_lines(scores: &[Score]) -> String {
    let line = |score: &Score| {
        let Worth { standing, lateness, earned, points } = &score.worth;
        let object = json!({
            "assignment": standing.assignment,
            "title": score.title,
            "student": standing.student,
            "points": points,
            "earned": earned,
            "lateness": lateness,
            "max_points": score.max_points,
            "submissions": standing.submissions,
            "handed_in_at": standing.handed_in_at.to_string(),
            "graded_at": standing.graded_at.to_string(),
            "by_hand": standing.manual,
            "comments": standing.comments,
            "result": standing.outcome,
        });
        format!("{object}\n")
    };
    scores.iter().map(line).collect()
}

/// First names and last name, from `Lovelace, Ada` or `Ada Lovelace`.
fn names(full: &str) -> (&str, &str) {
    match full.split_once(',') {
        Some((last, first)) => (first.trim(), last.trim()),
        None => full.rsplit_once(' ').unwrap_or(("", full)),
    }
}

fn points(score: &Score) -> String {
    score.worth.points.map(number).unwrap_or_default()
}

/// At most two digits after the point, and none that say nothing.
fn number(points: f64) -> String {
    let text = format!("{points:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn finished(writer: Writer<Vec<u8>>) -> Result<String, GradebookError> {
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
