//! Everybody's submissions, and those that a filter leaves.

use gradus_gradebook::Standing;
use gradus_judge::Outcome;
use gradus_judge::report::{counted, html_page_with_forms};
use maud::{Markup, html};
use serde::Deserialize;

use super::{address, name, open_questions, points};
use crate::ReviewError;
use crate::server::Inner;

/// What is to be listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// An assignment's id; all if it is empty.
    assignment: String,
    /// A part of the student's name.
    student: String,
    show: Show,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Show {
    #[default]
    All,
    Open,
    Faults,
    Unreadable,
    Overridden,
}

const SHOWS: [(Show, &str, &str); 5] = [
    (Show::All, "all", "all"),
    (Show::Open, "open", "with written answers to score"),
    (Show::Faults, "faults", "with a fault of the grader"),
    (Show::Unreadable, "unreadable", "that cannot be read"),
    (Show::Overridden, "overridden", "with points changed by hand"),
];

/// The list.
pub fn list(shared: &Inner, filter: &Filter) -> Result<String, ReviewError> {
    let all = shared.gradebook.standings(None)?;
    let wanted: Vec<_> = all.iter().filter(|standing| filter.takes(shared, standing)).collect();
    let body = html! {
        header {
            p.kind { "Gradebook" }
            h1 { (name(&shared.gradebook.place().to_string())) }
            p.score { (counted(wanted.len(), "submission", "submissions")) " of " (all.len()) }
        }
        (form(shared, filter))
        section {
            h2 #submissions { "Submissions" }
            table.overview aria-labelledby="submissions" {
                thead { tr {
                    th scope="col" { "Student" }
                    th scope="col" { "Assignment" }
                    th.number scope="col" { "Points" }
                    th.number scope="col" { "To score" }
                    th scope="col" { "Result" }
                    th scope="col" { "Graded" }
                } }
                tbody { @for standing in &wanted { (row(shared, standing)) } }
            }
            @if wanted.is_empty() { p { "There are none." } }
        }
    };
    Ok(html_page_with_forms("Gradebook", &body))
}

impl Filter {
    fn takes(&self, shared: &Inner, standing: &Standing) -> bool {
        let student = &standing.student;
        let part = self.student.to_lowercase();
        let is_called =
            student.name.to_lowercase().contains(&part) || student.shown_name().to_lowercase().contains(&part);
        let shown = match self.show {
            Show::All => true,
            Show::Open => open(shared, standing) > 0,
            Show::Faults => matches!(standing.outcome, Outcome::Fault { .. }),
            Show::Unreadable => matches!(standing.outcome, Outcome::Unreadable { .. }),
            Show::Overridden => is_overridden(shared, standing),
        };
        shown && is_called && (self.assignment.is_empty() || self.assignment == standing.assignment)
    }
}

fn form(shared: &Inner, filter: &Filter) -> Markup {
    html! {
        form.fields method="get" action="/" {
            label { "Assignment "
                select name="assignment" {
                    option value="" { "all" }
                    @for assignment in &shared.assignments {
                        option value=(assignment.id) selected[assignment.id == filter.assignment] { (name(&assignment.title)) }
                    }
                }
            }
            label { "Show "
                select name="show" {
                    @for (show, value, words) in SHOWS {
                        option value=(value) selected[show == filter.show] { (words) }
                    }
                }
            }
            label { "Student " input name="student" type="search" value=(filter.student) placeholder="part of a name"; }
            button { "Filter" }
        }
    }
}

fn row(shared: &Inner, standing: &Standing) -> Markup {
    let result = match &standing.outcome {
        Outcome::Graded(_) if is_overridden(shared, standing) => "changed by hand",
        Outcome::Graded(_) => "graded",
        Outcome::Unreadable { .. } => "cannot be read",
        Outcome::Fault { .. } => "fault of the grader",
    };
    let open = open(shared, standing);
    html! {
        tr {
            th scope="row" {
                a href=(address(&standing.assignment, &standing.student.name)) { (name(standing.student.shown_name())) }
            }
            td { (name(&standing.assignment)) }
            td.number { (points(standing.points())) }
            td.number { @if open > 0 { (open) } }
            td { (result) }
            td { (standing.graded_at.strftime("%Y-%m-%d %H:%M UTC")) }
        }
    }
}

/// How many written questions have no score yet.
fn open(shared: &Inner, standing: &Standing) -> usize {
    shared.assignment(&standing.assignment).map_or(0, |assignment| open_questions(assignment, standing).count())
}

/// Whether somebody gave a function other points than its checks.
fn is_overridden(shared: &Inner, standing: &Standing) -> bool {
    let has_score = |(function, _): &(String, u32)| standing.by_hand(function).is_some();
    shared.assignment(&standing.assignment).is_ok_and(|assignment| assignment.functions.iter().any(has_score))
}
