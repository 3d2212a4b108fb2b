//! What the artefacts say, word for word, and what holds for them whatever a student wrote.

mod files;
mod rules;
mod samples;

use super::{html, results, scores};
use crate::report;
use samples::{all, fault, hostile, mixed, right, unreadable};

#[test]
fn results_of_each_outcome() {
    for (name, outcome) in [
        ("right", right()),
        ("mixed", mixed()),
        ("hostile", hostile()),
        ("unreadable", unreadable()),
        ("fault", fault()),
    ] {
        insta::assert_snapshot!(format!("results_{name}"), results::to_json(&results::results(&outcome)));
    }
}

#[test]
fn pages_of_each_outcome() {
    for (name, outcome) in [
        ("right", right()),
        ("mixed", mixed()),
        ("hostile", hostile()),
        ("unreadable", unreadable()),
        ("fault", fault()),
    ] {
        insta::assert_snapshot!(format!("page_{name}"), lines(&html::page(&outcome)));
    }
}

#[test]
fn scores_as_csv_and_json() {
    insta::assert_snapshot!("scores_csv", scores::csv(&all()).unwrap());
    insta::assert_json_snapshot!("scores_json", report::json(&[mixed(), unreadable(), fault()]));
}

#[test]
fn tables() {
    insta::assert_snapshot!("table_scores", report::table(&all(), false));
    insta::assert_snapshot!("table_timings", report::timings_table(&all()));
}

#[test]
fn feedback_of_each_grade() {
    for (name, outcome) in [("right", right()), ("mixed", mixed()), ("hostile", hostile())] {
        let super::Outcome::Graded(grade) = outcome else { unreachable!() };
        insta::assert_snapshot!(format!("feedback_{name}"), report::feedback(&grade, false));
    }
}

#[test]
fn a_table_of_short_names() {
    let named = |outcome, name: &str| match outcome {
        super::Outcome::Graded(grade) => samples::graded(crate::grade::Grade { submission: name.into(), ..*grade }),
        outcome => outcome,
    };
    let outcomes = [named(right(), "right"), named(mixed(), "does_not_compile"), unreadable(), fault()];
    insta::assert_snapshot!("table_short_names", report::table(&outcomes, false));
}

#[test]
fn a_table_of_many_functions_and_long_names() {
    insta::assert_snapshot!("table_many", report::table(&[samples::many_functions(10)], false));
    insta::assert_snapshot!("table_too_many", report::table(&[samples::many_functions(40)], false));
}

/// The page with a line for each element, and without its style, so that a changed snapshot can be read.
fn lines(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    format!("{head}<style></style>{body}").replace("><", ">\n<")
}
