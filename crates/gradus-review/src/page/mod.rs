//! The pages. All text that anybody could have shaped is cut and made visible before it gets in.

mod list;
mod submission;

use gradus_gradebook::Standing;
use gradus_judge::report::{html_name as name, html_page_with_forms, shown};
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use self::list::{Filter, list};
pub use self::submission::submission;
use crate::{Assignment, ReviewError};

/// All of a part of an address but letters, digits and what stands in names.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
/// A text's length at most, in bytes.
const TEXT_LIMIT: usize = 32 << 10;

/// The page that says why there is none.
pub fn error(error: &ReviewError) -> String {
    let body = html! {
        header { h1 { "This did not work" } }
        section.problem {
            p.message { (text(&error.to_string())) }
            p.hint { strong { "What to do: " } (text(&error.hint())) }
        }
        p { a href="/" { "To the list" } }
    };
    html_page_with_forms("This did not work", &body)
}

/// Where a submission's page is.
pub fn address(assignment: &str, student: &str) -> String {
    let part = |part| utf8_percent_encode(part, ESCAPED);
    format!("/submission/{}/{}", part(assignment), part(student))
}

/// The written questions that have no score yet.
fn open_questions<'a>(
    assignment: &'a Assignment,
    standing: &'a Standing,
) -> impl Iterator<Item = &'a gradus_notebook::authoring::WrittenQuestion> {
    assignment.written.iter().filter(|question| standing.by_hand(&question.cell).is_none())
}

fn points(points: Option<f64>) -> String {
    points.map_or_else(|| "no score".to_owned(), |points| points.to_string())
}

/// A record's time to the minute.
fn minute(time: &str) -> String {
    let time = time.get(..16).unwrap_or(time).replace('T', " ");
    format!("{time} UTC")
}

fn text(text: &str) -> String {
    shown(text, TEXT_LIMIT)
}

fn text_block(content: &str) -> Markup {
    html! { p.block { (text(content)) } }
}

/// What an author wrote in short lines, with a line for each paragraph and each point of a list.
fn reflowed(content: &str) -> String {
    let mut text = String::new();
    for line in content.lines() {
        let starts = line.trim().is_empty() || line.starts_with("- ") || text.is_empty() || text.ends_with('\n');
        match (starts, line.trim()) {
            (_, "") => text.push_str("\n\n"),
            (true, line) if text.is_empty() || text.ends_with('\n') => text.push_str(line),
            (true, line) => text.extend(["\n", line]),
            (false, line) => text.extend([" ", line]),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_its_student_whatever_they_are_called() {
        assert_eq!(address("svm", "Ada Lovelace_7"), "/submission/svm/Ada%20Lovelace_7");
        assert_eq!(address("svm", "../é?#"), "/submission/svm/%2E%2E%2F%C3%A9%3F%23");
    }

    #[test]
    fn authors_lines_become_paragraphs() {
        assert_eq!(reflowed("One\ntwo\n\nthree\n- four\n  five\n- six\n"), "One two\n\nthree\n- four five\n- six");
    }

    #[test]
    fn times_are_told_to_the_minute() {
        assert_eq!(minute("2026-01-15T23:59:12.345678Z"), "2026-01-15 23:59 UTC");
        assert_eq!(minute("é"), "é UTC");
    }
}
