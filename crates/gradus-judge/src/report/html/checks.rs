//! One check: how it came out, what was expected, what happened, where.

use gradus_question::Visibility;
use maud::{Markup, html};

use super::function::find_line;
use super::losses::curves;
use super::map::map;
use super::{badge, hint_line, name, text};
use crate::grade::{CheckGrade, Grade};

pub(super) fn item(grade: &Grade, check: &CheckGrade) -> Markup {
    html! {
        li.check.passed[check.passed()].failed[!check.passed()] {
            p.outcome {
                (badge(check.passed(), check.verdict.sentence()))
                " "
                strong.name { (name(&check.name)) }
                " "
                span.worth { (worth(check)) }
            }
            p.expectation { "Expected: " (text(&check.expectation)) }
            @if !check.passed() {
                @if let Some(message) = check.message_beyond_verdict() { p.message { (text(message)) } }
                (map(&check.errors))
                @if let Some(losses) = &check.losses { (curves(losses)) }
                (hint_line("Hint", check.hint.as_deref()))
                (place(grade, check))
            }
        }
    }
}

/// What the check is worth, or that it is for practice.
fn worth(check: &CheckGrade) -> String {
    match (check.visibility, check.max_points) {
        (Visibility::Public, 0) => "public check, no points".to_owned(),
        (Visibility::Public, all) => format!("public check, {} of {all} points", check.points),
        (Visibility::Hidden, all) => format!("{} of {all} points", check.points),
    }
}

/// The student's own line, with a link to it where the page shows it.
fn place(grade: &Grade, check: &CheckGrade) -> Markup {
    let Some(location) = &check.location else { return html! {} };
    let where_it_is = text(&location.to_string());
    match find_line(grade, location) {
        Some((id, line)) => html! {
            p.place { "In your code: " a href={ "#" (id) } { (where_it_is) } }
            pre.line { code { (text(&line)) } }
        },
        None => html! { p.place { "In your code: " (where_it_is) } },
    }
}
