//! What the artefacts say, word for word, and what holds for them whatever a student wrote.

mod files;
mod rules;
mod samples;

use super::class::Class;
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
fn results_of_a_grading_that_was_cut_off() {
    let super::Outcome::Graded(mut grade) = mixed() else { unreachable!() };
    let all = grade.functions.iter().map(|function| function.checks.len()).sum();
    let max_points = grade.max_points();
    grade.functions.truncate(1);
    insta::assert_snapshot!("results_unfinished", results::to_json(&results::unfinished(&grade, all, max_points)));
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
fn page_of_a_class() {
    insta::assert_snapshot!("page_class", lines(&html::class_page(&Class::of(&all()))));
    insta::assert_snapshot!("page_class_of_nobody", lines(&html::class_page(&Class::of(&[]))));
}

#[test]
fn a_class_counted_by_hand() {
    let of = |points: u32, name: &str| {
        let super::Outcome::Graded(mut grade) = right() else { unreachable!() };
        grade.submission = name.to_owned();
        let mut taken = grade.max_points() - points;
        for check in
            grade.functions.iter_mut().flat_map(|function| &mut function.checks).filter(|check| check.points > 0)
        {
            if taken >= check.points {
                taken -= check.points;
                check.points = 0;
                check.verdict = gradus_question::Verdict::WrongAnswer;
            }
        }
        assert_eq!(grade.points(), points);
        super::Outcome::Graded(grade)
    };
    let all = of(0, "x").max_points().expect("it is graded");
    let class = Class::of(&[of(all, "ada"), of(0, "bob"), of(0, "cyd"), fault(), unreadable()]);
    assert_eq!((class.scores.clone(), class.faults.len(), class.unreadable.len()), (vec![0, 0, 0, all], 1, 1));
    assert_eq!(class.median(), Some(0.0));
    assert_eq!(class.mean(), Some(f64::from(all) / 4.0));
    assert_eq!(class.distribution(), [3, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    let question = &class.questions[0];
    assert_eq!((question.full, question.none, question.points), (1, 2, u64::from(question.max_points)));
    assert!(question.checks.iter().all(|check| check.all == 3));
    assert_eq!(class.failures[0].names, ["bob", "cyd"]);
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
