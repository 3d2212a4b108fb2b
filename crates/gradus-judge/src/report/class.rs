//! What is to be known about a class as a whole: how the scores lie, which questions and checks went how, what failed
//! most often, who took longest, and before all else where the grader failed.

use std::time::Duration;

use gradus_question::{Verdict, Visibility};

use crate::grade::{CheckGrade, FunctionState, Outcome};

/// How many parts the range of scores is cut into.
pub const BINS: usize = 10;
/// How many kinds of failure are told.
const FAILURES: usize = 20;
/// How many of the slowest submissions are told.
const SLOWEST: usize = 10;

/// A class's results in one assignment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Class {
    /// The assignment's title, once anybody was graded.
    pub title: String,
    /// Names, messages and hints of submissions without a score, by a fault of ours.
    pub faults: Vec<[String; 3]>,
    /// Names and messages of what could not be read.
    pub unreadable: Vec<[String; 2]>,
    /// The scores, from the lowest to the highest.
    pub scores: Vec<u32>,
    /// What can be earned.
    pub max_points: u32,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// The most frequent failures, the most frequent first.
    pub failures: Vec<Failure>,
    /// Names and times of the slowest submissions, the slowest first.
    pub slowest: Vec<(String, Duration)>,
}

/// How one question went.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The function's name.
    pub name: String,
    /// What can be earned.
    pub max_points: u32,
    /// What all earned together.
    pub points: u64,
    /// How many earned all of it.
    pub full: usize,
    /// How many earned none of it.
    pub none: usize,
    /// The checks, in order.
    pub checks: Vec<Check>,
}

/// How one check went.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// Whether students can run it themselves.
    pub visibility: Visibility,
    /// How many passed.
    pub passed: usize,
    /// How many were checked.
    pub all: usize,
}

/// A check that failed in the same way for some.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The function's name.
    pub question: String,
    /// The check's name; none where the function could not be called at all.
    pub check: Option<String>,
    /// How it failed.
    pub verdict: Verdict,
    /// What the students were told to look at.
    pub hint: Option<String>,
    /// Whose.
    pub names: Vec<String>,
}

impl Class {
    /// Counts what there is to count in the outcomes of one assignment. A fault of ours counts in no score.
    ///
    /// ```
    /// use gradus_judge::Outcome;
    /// use gradus_judge::report::class::Class;
    ///
    /// let fault = Outcome::Fault { submission: "ada".into(), message: "no compiler".into(), hint: "install it".into() };
    /// let class = Class::of(&[fault]);
    /// assert_eq!((class.faults.len(), class.scores.len()), (1, 0));
    /// ```
    pub fn of(outcomes: &[Outcome]) -> Self {
        let mut class = Self::default();
        for outcome in outcomes {
            class.add(outcome);
        }
        class.scores.sort_unstable();
        class.failures.sort_by_key(|failure| std::cmp::Reverse(failure.names.len()));
        class.failures.truncate(FAILURES);
        class.slowest.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
        class.slowest.truncate(SLOWEST);
        class
    }

    /// How many scores lie in each part of the range from nothing to everything; who has all of it is in the last.
    pub fn distribution(&self) -> [usize; BINS] {
        let mut bins = [0; BINS];
        for score in &self.scores {
            let place = *score as usize * BINS / (self.max_points.max(1) as usize);
            bins[place.min(BINS - 1)] += 1;
        }
        bins
    }

    /// The score that as many are above as below; none without scores.
    pub fn median(&self) -> Option<f64> {
        let middle = self.scores.len() / 2;
        let upper = f64::from(*self.scores.get(middle)?);
        Some(if self.scores.len() % 2 == 1 { upper } else { (f64::from(self.scores[middle - 1]) + upper) / 2.0 })
    }

    /// The scores' mean; none without scores.
    pub fn mean(&self) -> Option<f64> {
        let sum: f64 = self.scores.iter().copied().map(f64::from).sum();
        (!self.scores.is_empty()).then(|| sum / self.scores.len() as f64)
    }

    fn add(&mut self, outcome: &Outcome) {
        let grade = match outcome {
            Outcome::Fault { submission, message, hint } => {
                self.faults.push([submission.clone(), message.clone(), hint.clone()]);
                return;
            }
            Outcome::Unreadable { submission, message, max_points, .. } => {
                self.unreadable.push([submission.clone(), message.clone()]);
                self.scores.push(0);
                self.max_points = self.max_points.max(*max_points);
                return;
            }
            Outcome::Graded(grade) => grade,
        };
        self.title.clone_from(&grade.title);
        self.scores.push(grade.points());
        self.max_points = self.max_points.max(grade.max_points());
        self.slowest.push((grade.submission.clone(), grade.timings.total()));
        for function in &grade.functions {
            let question = find_or_add(
                &mut self.questions,
                |question| question.name == function.name,
                || Question {
                    name: function.name.clone(),
                    max_points: function.max_points(),
                    points: 0,
                    full: 0,
                    none: 0,
                    checks: Vec::new(),
                },
            );
            question.points += u64::from(function.points());
            question.full += usize::from(function.points() == function.max_points());
            question.none += usize::from(function.points() == 0 && function.max_points() > 0);
            for check in &function.checks {
                let counted = find_or_add(
                    &mut question.checks,
                    |other| other.name == check.name,
                    || Check { name: check.name.clone(), visibility: check.visibility, passed: 0, all: 0 },
                );
                counted.all += 1;
                counted.passed += usize::from(check.passed());
                if !check.passed() {
                    let callable = matches!(function.state, FunctionState::Ready);
                    add_failure(&mut self.failures, &grade.submission, &function.name, check, callable);
                }
            }
        }
    }
}

fn add_failure(failures: &mut Vec<Failure>, submission: &str, question: &str, failed: &CheckGrade, callable: bool) {
    let check = callable.then(|| failed.name.clone());
    let failure = find_or_add(
        failures,
        |other| {
            (other.question.as_str(), &other.check, other.verdict, &other.hint)
                == (question, &check, failed.verdict, &failed.hint)
        },
        || Failure {
            question: question.to_owned(),
            check: check.clone(),
            verdict: failed.verdict,
            hint: failed.hint.clone(),
            names: Vec::new(),
        },
    );
    // All checks of a function that cannot be called fail, and that is one failure.
    if failure.names.last().is_none_or(|last| last != submission) {
        failure.names.push(submission.to_owned());
    }
}

fn find_or_add<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> &mut T {
    let at = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(new());
        list.len() - 1
    });
    &mut list[at]
}
