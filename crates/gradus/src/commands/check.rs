//! `gradus check`: an assignment's public checks on one's own answers, with the same machinery that grades them.

use gradus_judge::batch::Entry;
use gradus_judge::{Outcome, report};

use crate::Ending;
use crate::arguments::{Check, Format};
use crate::commands::{find_assignment, open_judge, with_name};
use crate::error::Hinted;
use crate::terminal;

/// Checks the file that the arguments name.
pub fn run(options: &Check) -> anyhow::Result<Ending> {
    let assignment = find_assignment(&options.assignment)?;
    let judge = open_judge(assignment, (assignment.public_checks)(), options.protection)?;
    let outcome = judge.grade(&Entry::new(with_name(&options.file), rand::random()));
    match &outcome {
        Outcome::Graded(grade) => {
            match options.format {
                Format::Text => terminal::data(&report::feedback(grade, terminal::colours()))?,
                Format::Json => terminal::data(&format!("{:#}\n", report::json(std::slice::from_ref(&outcome))))?,
            }
            let all = grade.functions.iter().flat_map(|function| &function.checks).all(|check| check.passed());
            Ok(if all { Ending::Well } else { Ending::NotRight })
        }
        Outcome::Unreadable { message, hint, .. } | Outcome::Fault { message, hint, .. } => {
            Err(Hinted::new(message, hint).into())
        }
    }
}
