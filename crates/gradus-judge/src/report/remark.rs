//! The one thing to say about a submission where there is room for one line: in the table and in `scores.csv`.

use gradus_question::Verdict;

use super::text::counted;
use crate::grade::{FunctionState, Grade, Outcome};

/// The most important thing about `outcome`; empty when all is well.
///
/// Not yet made fit to be shown: that is left to the report it goes into.
pub(super) fn remark(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Graded(grade) => of_grade(grade),
        Outcome::Unreadable { message, .. } => format!("cannot be read: {message}"),
        Outcome::Fault { message, .. } => format!("not graded, our fault: {message}"),
    }
}

fn of_grade(grade: &Grade) -> String {
    match verdicts(grade).into_iter().min_by_key(|(verdict, _)| rank(*verdict)) {
        Some((Verdict::TimeLimit, functions)) => format!("{} took too long (endless loop?)", list(&functions)),
        Some((verdict, functions)) => format!("{} {}", list(&functions), verdict.sentence()),
        None => match grade.remarks.as_slice() {
            [] => String::new(),
            [remark] => remark.text.clone(),
            [first, rest @ ..] => {
                format!("{} (and {})", first.text, counted(rest.len(), "more remark", "more remarks"))
            }
        },
    }
}

/// The names, or their number where they would fill the line.
fn list(functions: &[&str]) -> String {
    match functions {
        [first, _, _, ..] => format!("{first} and {} more:", functions.len() - 1),
        [first, second] => format!("{first}, {second}:"),
        one => one.concat(),
    }
}

/// Each verdict other than "passed", with the functions that have it, both in order of appearance.
fn verdicts(grade: &Grade) -> Vec<(Verdict, Vec<&str>)> {
    let mut found: Vec<(Verdict, Vec<&str>)> = Vec::new();
    for function in &grade.functions {
        let of_state = match &function.state {
            FunctionState::Ready => None,
            FunctionState::Missing => Some(Verdict::Missing),
            FunctionState::Broken(verdict, _) => Some(*verdict),
        };
        for verdict in of_state.into_iter().chain(function.checks.iter().map(|check| check.verdict)) {
            if verdict == Verdict::Accept {
                continue;
            }
            match found.iter_mut().find(|(known, _)| *known == verdict) {
                Some((_, functions)) if functions.contains(&function.name.as_str()) => {}
                Some((_, functions)) => functions.push(&function.name),
                None => found.push((verdict, vec![&function.name])),
            }
        }
    }
    found
}

/// The order of importance: first what may have been meant to deceive, last what a student can see at once.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::ProtocolViolation => 0,
        Verdict::Crash => 1,
        Verdict::RejectedSource => 2,
        Verdict::CompileError | Verdict::CompileTimeLimit | Verdict::CompileMemoryLimit => 3,
        Verdict::TimeLimit => 4,
        Verdict::MemoryLimit | Verdict::StackOverflow | Verdict::OutputLimit => 5,
        Verdict::RuntimePanic => 6,
        Verdict::Missing => 7,
        Verdict::WrongAnswer => 8,
        Verdict::Accept => 9,
    }
}
