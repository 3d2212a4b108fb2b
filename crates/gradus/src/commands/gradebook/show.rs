//! Where students stand, and why.

use std::fmt::Write as _;

use gradus_gradebook::{Comment, Gradebook, Graded, ManualScore, Standing, StudentHistory};
use gradus_judge::{Outcome, report};
use serde_json::json;

use crate::Ending;
use crate::arguments::Format;
use crate::commands::{find_assignment, recording};
use crate::terminal;

/// Digits of a hash that tell it from others.
const DIGITS: usize = 12;

/// Prints the standings of all, or everything about one student.
pub fn run(
    gradebook: &Gradebook,
    student: Option<&str>,
    assignment: Option<&str>,
    format: Format,
) -> anyhow::Result<Ending> {
    if let Some(assignment) = assignment {
        find_assignment(assignment)?;
    }
    match student {
        None => all(&gradebook.standings(assignment).map_err(recording::hinted)?, format)?,
        Some(name) => {
            let mut history = gradebook.history(name).map_err(recording::hinted)?;
            let wanted = |id: &str| assignment.is_none_or(|assignment| assignment == id);
            history.gradings.retain(|grading| wanted(&grading.assignment));
            history.manual.retain(|score| wanted(&score.assignment));
            history.comments.retain(|comment| wanted(&comment.assignment));
            one(&history, format)?;
        }
    }
    Ok(Ending::Well)
}

fn all(standings: &[Standing], format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            let objects: Vec<_> = standings
                .iter()
                .map(|standing| {
                    json!({
                        "assignment": standing.assignment,
                        "student": standing.student,
                        "outcome": standing.outcome.id(),
                        "points": standing.points(),
                        "by_hand": standing.manual,
                        "comments": standing.comments,
                        "submissions": standing.submissions,
                        "graded_at": standing.graded_at.to_string(),
                    })
                })
                .collect();
            terminal::data(&format!("{:#}\n", json!(objects)))?;
        }
        Format::Text => {
            let rows = standings.iter().map(|standing| {
                [
                    standing.assignment.clone(),
                    standing.student.name.clone(),
                    recording::points(standing.points()),
                    standing.outcome.id().to_owned(),
                    standing.submissions.to_string(),
                    standing.graded_at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
                ]
            });
            let headings = ["assignment", "student", "points", "outcome", "submissions", "graded"];
            terminal::data(&report::plain_table(&headings, rows, terminal::colours()))?;
        }
    }
    Ok(())
}

fn one(history: &StudentHistory, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            let gradings: Vec<_> = history
                .gradings
                .iter()
                .map(|graded| {
                    json!({
                        "assignment": graded.assignment,
                        "submission": graded.content_hash,
                        "key": graded.version_hash,
                        "state": graded.state,
                        "points": graded.outcome.points(),
                        "seed": graded.seed,
                        "graded_with": graded.graded_with,
                        "graded_by": graded.graded_by,
                        "graded_at": graded.graded_at,
                        "result": graded.outcome,
                    })
                })
                .collect();
            let document = json!({
                "student": history.student,
                "gradings": gradings,
                "by_hand": history.manual,
                "comments": history.comments,
            });
            terminal::data(&format!("{document:#}\n"))?;
        }
        Format::Text => {
            let mut text = String::new();
            for graded in &history.gradings {
                describe(&mut text, graded);
            }
            for ManualScore { assignment, question, points, max_points, comment, given_by, given_at } in &history.manual
            {
                let _ = writeln!(
                    text,
                    "{assignment}: {points} of {max_points} for {question} by hand, by {given_by} at {given_at}"
                );
                if !comment.is_empty() {
                    let _ = writeln!(text, "    {comment}");
                }
                text.push('\n');
            }
            for Comment { assignment, text: remark, given_by, given_at } in &history.comments {
                let _ = writeln!(text, "{assignment}: remark by {given_by} at {given_at}\n    {remark}\n");
            }
            terminal::data(&text)?;
        }
    }
    Ok(())
}

/// One grading; with all its checks when it counts.
fn describe(text: &mut String, graded: &Graded) {
    let short = |hash: &str| hash.chars().take(DIGITS).collect::<String>();
    let points = match (graded.outcome.points(), graded.outcome.max_points()) {
        (Some(points), Some(max_points)) => format!("{points} of {max_points} points"),
        _ => "no score".to_owned(),
    };
    let state = match graded.state.as_str() {
        "current" => "counts",
        "proposed" => "would count if the regrade were applied",
        _ => "does not count any more",
    };
    let _ = writeln!(text, "{}: {points}; {state}", graded.assignment);
    let _ = writeln!(
        text,
        "    submission {}, key {}, seed {}",
        short(&graded.content_hash),
        short(&graded.version_hash),
        graded.seed
    );
    let _ = writeln!(text, "    by {} with {} at {}", graded.graded_by, graded.graded_with, graded.graded_at);
    match &graded.outcome {
        Outcome::Graded(grade) if graded.state == "current" => {
            text.push('\n');
            text.push_str(&report::feedback(grade, terminal::colours()));
        }
        Outcome::Graded(_) => {}
        Outcome::Unreadable { message, hint, .. } | Outcome::Fault { message, hint, .. } => {
            let _ = writeln!(text, "    {message}\n    hint: {hint}");
        }
    }
    text.push('\n');
}
