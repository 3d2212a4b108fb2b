//! A course's rules, on cases worked out by hand.

use std::collections::BTreeMap;
use std::fs;

use gradus_gradebook::course::{Course, CourseGrade, Lateness};
use gradus_gradebook::{ManualScore, Standing, Student};
use gradus_judge::Outcome;
use gradus_judge::grade::{CheckGrade, FunctionGrade, FunctionState, Grade, Timings};
use gradus_question::{Verdict, Visibility};

const RULES: &str = r#"
title = "Vision"
time_zone = "Europe/Zurich"
late_days = 2
pass = 50

[[assignments]]
id = "softmax"
soft = "2026-01-15T23:59"
hard = "2026-01-29T23:59"
penalty = 0.3

[[assignments]]
id = "svm"
soft = "2026-03-28T23:59"
hard = "2026-03-30T23:59"
penalty = 0.5
counts = "best"

[[extensions]]
student = "eve"
assignment = "softmax"
days = 7

[[components]]
name = "notebooks"
weight = 30
assignments = ["softmax", "svm"]

[[components]]
name = "project"
weight = 70
minimum = 40
"#;

fn read(text: &str) -> Result<Course, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("course.toml");
    fs::write(&path, text).expect("a file");
    Course::read(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "course.toml"))
}

fn rules() -> Course {
    read(RULES).expect("rules")
}

fn student(name: &str) -> Student {
    Student { name: name.to_owned(), ..Student::default() }
}

/// A submission with these points of 100, handed in at this time.
fn attempt(name: &str, assignment: &str, time: &str, points: u32) -> Standing {
    let check = CheckGrade {
        name: "loss".to_owned(),
        expectation: String::new(),
        visibility: Visibility::Hidden,
        points,
        max_points: 100,
        verdict: Verdict::Accept,
        message: None,
        hint: None,
        errors: Vec::new(),
        losses: None,
        location: None,
    };
    let function = FunctionGrade {
        name: "f".to_owned(),
        signature: String::new(),
        state: FunctionState::Ready,
        answer: None,
        checks: vec![check],
    };
    Standing {
        content_hash: String::new(),
        student: student(name),
        assignment: assignment.to_owned(),
        outcome: Outcome::Graded(Box::new(Grade {
            submission: name.to_owned(),
            assignment: assignment.to_owned(),
            title: String::new(),
            sandbox: String::new(),
            seed: 0,
            functions: vec![function],
            remarks: Vec::new(),
            timings: Timings::default(),
        })),
        submissions: 1,
        handed_in_at: time.parse().expect("a time"),
        graded_at: time.parse().expect("a time"),
        manual: Vec::new(),
        comments: Vec::new(),
    }
}

fn fault(name: &str, assignment: &str) -> Standing {
    let outcome = Outcome::Fault { submission: name.to_owned(), message: String::new(), hint: String::new() };
    Standing { outcome, ..attempt(name, assignment, "2026-01-01T00:00:00Z", 0) }
}

/// How late it was, and what is left of 80 points.
fn softmax_at(name: &str, time: &str) -> (Lateness, Option<f64>) {
    let worth = rules().worth(&[attempt(name, "softmax", time, 80)]);
    assert_eq!(worth.len(), 1);
    (worth[0].lateness, worth[0].points)
}

#[test]
fn a_deadline_holds_until_the_end_of_its_minute_in_its_time_zone() {
    assert_eq!(softmax_at("ada", "2026-01-15T23:59:59.9+01:00"), (Lateness::InTime, Some(80.0)));
    assert_eq!(softmax_at("ada", "2026-01-15T22:59:59Z"), (Lateness::InTime, Some(80.0)));
    assert_eq!(softmax_at("ada", "2026-01-16T00:00:00+01:00"), (Lateness::LateDays(1), Some(80.0)));
}

#[test]
fn after_late_days_the_penalty_and_after_the_hard_deadline_nothing() {
    assert_eq!(softmax_at("ada", "2026-01-17T23:59:00+01:00"), (Lateness::LateDays(2), Some(80.0)));
    assert_eq!(softmax_at("ada", "2026-01-18T00:00:00+01:00"), (Lateness::Penalty, Some(56.0)));
    assert_eq!(softmax_at("ada", "2026-01-29T23:59:30+01:00"), (Lateness::Penalty, Some(56.0)));
    assert_eq!(softmax_at("ada", "2026-01-30T00:00:00+01:00"), (Lateness::TooLate, Some(0.0)));
}

#[test]
fn an_extension_moves_both_deadlines_for_one_student() {
    assert_eq!(softmax_at("eve", "2026-01-22T23:59:00+01:00"), (Lateness::InTime, Some(80.0)));
    assert_eq!(softmax_at("eve", "2026-02-05T23:59:00+01:00"), (Lateness::Penalty, Some(56.0)));
    assert_eq!(softmax_at("eve", "2026-02-06T00:00:00+01:00"), (Lateness::TooLate, Some(0.0)));
}

#[test]
fn days_are_the_calendars_also_when_clocks_change() {
    // Summer time begins on 29 March: that day has 23 hours.
    let at = |time: &str| rules().worth(&[attempt("ada", "svm", time, 80)])[0].lateness;
    assert_eq!(at("2026-03-28T23:59:59+01:00"), Lateness::InTime);
    assert_eq!(at("2026-03-29T23:59:59+02:00"), Lateness::LateDays(1));
    assert_eq!(at("2026-03-30T00:00:00+02:00"), Lateness::LateDays(2));
    assert_eq!(at("2026-03-31T00:00:00+02:00"), Lateness::TooLate);
}

#[test]
fn late_days_are_used_up_by_what_is_due_first() {
    let worth = rules().worth(&[
        attempt("ada", "svm", "2026-03-29T12:00:00+02:00", 80),
        attempt("ada", "softmax", "2026-01-17T12:00:00+01:00", 80),
        attempt("bob", "svm", "2026-03-29T12:00:00+02:00", 80),
    ]);
    let of = |name: &str, id: &str| {
        worth
            .iter()
            .find(|worth| worth.standing.student.name == name && worth.standing.assignment == id)
            .expect("it is there")
    };
    assert_eq!(of("ada", "softmax").lateness, Lateness::LateDays(2));
    assert_eq!((of("ada", "svm").lateness, of("ada", "svm").points), (Lateness::Penalty, Some(40.0)));
    assert_eq!(of("bob", "svm").lateness, Lateness::LateDays(1));
}

#[test]
fn the_last_or_the_best_counts() {
    let of = |id: &str, second: &str| {
        let first = attempt("ada", id, "2026-01-01T00:00:00Z", 60);
        let worth = rules().worth(&[first, attempt("ada", id, second, 100)]);
        assert_eq!(worth.len(), 1);
        worth[0].points
    };
    assert_eq!(of("softmax", "2026-01-28T00:00:00Z"), Some(70.0));
    assert_eq!(of("svm", "2026-03-30T12:00:00Z"), Some(100.0), "on two late days");
    assert_eq!(of("svm", "2026-04-01T12:00:00Z"), Some(60.0), "the second came too late");
    let worth = rules().worth(&[attempt("ada", "svm", "2026-01-01T00:00:00Z", 60), fault("ada", "svm")]);
    assert_eq!(worth[0].points, Some(60.0), "a fault is not better than a score");
}

#[test]
fn what_has_no_deadline_is_in_time() {
    let worth = rules().worth(&[attempt("ada", "knn", "2030-01-01T00:00:00Z", 80)]);
    assert_eq!((worth[0].lateness, worth[0].points), (Lateness::InTime, Some(80.0)));
}

/// The grade of ada with this percent for the project, if any.
fn grade_of(attempts: &[Standing], project: Option<f64>) -> CourseGrade {
    let course = rules();
    let max_points: BTreeMap<String, f64> = [("softmax".to_owned(), 100.0), ("svm".to_owned(), 100.0)].into();
    let by_hand: Vec<_> = project
        .iter()
        .map(|percent| {
            let score = ManualScore {
                assignment: "course".to_owned(),
                question: "project".to_owned(),
                points: *percent,
                max_points: 100.0,
                comment: String::new(),
                given_by: String::new(),
                given_at: String::new(),
            };
            ("ada".to_owned(), score)
        })
        .collect();
    course.grades(&[student("ada")], &course.worth(attempts), &max_points, &by_hand).remove(0)
}

#[test]
fn parts_weigh_what_the_course_says() {
    let both =
        [attempt("ada", "softmax", "2026-01-01T00:00:00Z", 80), attempt("ada", "svm", "2026-01-01T00:00:00Z", 100)];
    let grade = grade_of(&both, Some(50.0));
    assert_eq!(grade.parts, [("notebooks".to_owned(), Some(90.0)), ("project".to_owned(), Some(50.0))]);
    assert_eq!((grade.percent, grade.passed), (Some(62.0), Some(true)));
    let grade = grade_of(&both[..1], Some(50.0));
    assert_eq!(
        (grade.percent, grade.passed),
        (Some(47.0), Some(false)),
        "svm was not handed in, and counts as nothing"
    );
    let grade = grade_of(&both, Some(39.0));
    assert_eq!((grade.percent, grade.passed), (Some(54.3), Some(false)), "enough in all, too little in the project");
}

#[test]
fn what_is_not_scored_leaves_a_grade_open() {
    let softmax = attempt("ada", "softmax", "2026-01-01T00:00:00Z", 80);
    let grade = grade_of(&[softmax.clone(), attempt("ada", "svm", "2026-01-01T00:00:00Z", 100)], None);
    assert_eq!((grade.percent, grade.passed), (None, None));
    let grade = grade_of(&[softmax, fault("ada", "svm")], Some(100.0));
    assert_eq!((grade.parts[0].1, grade.percent), (None, None));
}

#[test]
fn rules_that_are_none_are_refused() {
    let swap =
        |from: &str, to: &str| read(&RULES.replacen(from, to, 1)).err().unwrap_or_else(|| panic!("{to} is taken"));
    assert_eq!(
        swap("hard = \"2026-01-29T23:59\"", "hard = \"2026-01-05T23:59\""),
        "course.toml: the hard deadline of `softmax` comes before its soft one"
    );
    assert_eq!(swap("id = \"svm\"", "id = \"softmax\""), "course.toml: the assignment `softmax` is there twice");
    assert!(swap("penalty = 0.3", "penalty = 30").contains("from 0 to 1, not 30"));
    assert!(swap("weight = 30", "weight = 0").contains("the weight of `notebooks`"));
    assert!(swap("Europe/Zurich", "Europe/Atlantis").contains("Atlantis"));
    assert!(swap("late_days", "lazy_days").contains("unknown field `lazy_days`"));
    assert!(swap("\"2026-01-15T23:59\"", "\"yesterday\"").contains("line 9"));
    assert!(read("title = ").is_err());
}
