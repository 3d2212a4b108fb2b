//! The pages that a student and the staff read: each one file that needs no other, on a phone or a desktop, in light or dark.
//!
//! `maud` makes the markup: its macro rejects an unclosed element when this crate is compiled, escapes all that is put
//! in, and keeps the markup beside the code that decides on it. No script ever runs in the page; its content policy
//! forbids them all, in case one got in.

mod checks;
mod class;
mod function;
mod listing;
mod losses;
mod map;

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(super) use self::class::page as class_page;
use super::text::{counted, one_line, shown};
use crate::grade::{FunctionGrade, FunctionState, Grade, Outcome, Remark};

/// The style sheet, inlined into each page.
const STYLE: &str = include_str!("style.css");

/// What a page may load: nothing but its own style. It goes on with where its forms may be sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action";

/// A text's length at most, in bytes.
const TEXT_LIMIT: usize = 8192;

/// A name's length at most, in bytes.
const NAME_LIMIT: usize = 200;

/// How many remarks are shown.
const REMARKS_LIMIT: usize = 50;

/// The page for `outcome`.
pub fn page(outcome: &Outcome) -> String {
    let title = match outcome {
        Outcome::Graded(grade) => score_words(grade),
        Outcome::Unreadable { .. } => "cannot be read".to_owned(),
        Outcome::Fault { .. } => "not graded".to_owned(),
    };
    whole(&format!("{}: {title}", name(outcome.submission())), &body(outcome))
}

/// What the page for `outcome` says.
pub fn body(outcome: &Outcome) -> Markup {
    match outcome {
        Outcome::Graded(grade) => graded(grade),
        Outcome::Unreadable { submission, message, hint, max_points } => {
            unreadable(submission, message, hint, *max_points)
        }
        Outcome::Fault { submission, message, hint } => fault(submission, message, hint),
    }
}

/// A page of its own, in the style of all, which loads nothing, runs nothing and sends nothing.
pub fn whole(title: &str, body: &Markup) -> String {
    document(title, body, "'none'")
}

/// The same, for pages with forms that their own server takes.
pub fn whole_with_forms(title: &str, body: &Markup) -> String {
    document(title, body, "'self'")
}

fn document(title: &str, body: &Markup, forms: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content={ (POLICY) " " (forms) };
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    page.into_string()
}

fn graded(grade: &Grade) -> Markup {
    html! {
        header {
            p.kind { "Report on " strong { (name(&grade.submission)) } }
            h1 { (name(&grade.title)) }
            p.score { (score_words(grade)) }
        }
        (overview(grade))
        (remarks(&grade.remarks))
        @for (at, function) in grade.functions.iter().enumerate() {
            (function::section(grade, at, function))
        }
        footer {
            h2 { "How this was run" }
            p { (text(&grade.sandbox)) }
        }
    }
}

fn unreadable(submission: &str, message: &str, hint: &str, max_points: u32) -> Markup {
    html! {
        header {
            p.kind { "Report on " strong { (name(submission)) } }
            h1 { "This submission cannot be read" }
            p.score { "0 of " (max_points) " points" }
        }
        section.problem {
            h2 { "What is wrong" }
            p.message { (text(message)) }
            (hint_line("What to do", Some(hint)))
        }
    }
}

fn fault(submission: &str, message: &str, hint: &str) -> Markup {
    html! {
        header {
            p.kind { "Report on " strong { (name(submission)) } }
            h1 { "This submission was not graded" }
            p.score { "no score" }
        }
        section.problem {
            h2 { "What went wrong" }
            p { "The fault is the grader's, not the student's. It does not count as zero points." }
            p.message { (text(message)) }
            (hint_line("What to do", Some(hint)))
        }
    }
}

/// Each function's score, and in a few words how it stands.
fn overview(grade: &Grade) -> Markup {
    html! {
        section {
            h2 #overview { "Overview" }
            table.overview aria-labelledby="overview" {
                thead { tr {
                    th scope="col" { "Function" }
                    th.number scope="col" { "Points" }
                    th scope="col" { "Result" }
                } }
                tbody {
                    @for (at, function) in grade.functions.iter().enumerate() {
                        tr {
                            th scope="row" { a href={ "#" (function_id(at)) } { code { (breakable(&function.name)) } } }
                            td.number { (function.points()) " of " (function.max_points()) }
                            td { (result(function)) }
                        }
                    }
                }
            }
        }
    }
}

fn result(function: &FunctionGrade) -> Markup {
    let all = function.checks.len();
    let passed = function.checks.iter().filter(|check| check.passed()).count();
    match &function.state {
        FunctionState::Missing => badge(false, "is missing"),
        FunctionState::Broken(verdict, _) => badge(false, verdict.sentence()),
        FunctionState::Ready => {
            badge(passed == all, &format!("passed {passed} of {}", counted(all, "check", "checks")))
        }
    }
}

fn remarks(remarks: &[Remark]) -> Markup {
    html! {
        @if !remarks.is_empty() {
            section.remarks {
                h2 { "Remarks on what was handed in" }
                ul {
                    @for remark in remarks.iter().take(REMARKS_LIMIT) {
                        li {
                            p.message { (text(&remark.text)) }
                            @if let Some(location) = &remark.location { p.place { (text(&location.to_string())) } }
                            (hint_line("What to do", remark.hint.as_deref()))
                        }
                    }
                    @if remarks.len() > REMARKS_LIMIT {
                        li { "and " (counted(remarks.len() - REMARKS_LIMIT, "more remark", "more remarks")) }
                    }
                }
            }
        }
    }
}

/// A sign and the words that say the same.
fn badge(good: bool, words: &str) -> Markup {
    html! {
        span.badge.good[good].bad[!good] {
            span aria-hidden="true" { @if good { "✓ " } @else { "✗ " } }
            (words)
        }
    }
}

fn hint_line(label: &str, hint: Option<&str>) -> Markup {
    html! {
        @if let Some(hint) = hint.filter(|hint| !hint.is_empty()) {
            p.hint { strong { (label) ": " } (text(hint)) }
        }
    }
}

fn score_words(grade: &Grade) -> String {
    if grade.max_points() > 0 {
        return format!("{} of {} points", grade.points(), grade.max_points());
    }
    let checks = || grade.functions.iter().flat_map(|function| &function.checks);
    let passed = checks().filter(|check| check.passed()).count();
    format!("passed {passed} of {}", counted(checks().count(), "check", "checks"))
}

/// A function's name that may break after underscores, so that a narrow screen need not scroll.
fn breakable(function: &str) -> Markup {
    let shown = name(function);
    html! { @for piece in shown.split_inclusive('_') { (piece) wbr; } }
}

fn function_id(at: usize) -> String {
    format!("function-{}", at + 1)
}

fn text(text: &str) -> String {
    shown(text, TEXT_LIMIT)
}

/// A name that anybody could have shaped, as a page shows it.
pub fn name(name: &str) -> String {
    one_line(name, NAME_LIMIT)
}
