//! An assignment's questions before they are handed in: which are answered, and what is still to do.

use comfy_table::{Cell, Color};
use gradus_assignments::Manifest;
use gradus_notebook::calls_macro;
use serde::Serialize;

use super::results::headline;
use super::table::{bare, finished, right};
use super::text::{counted, one_line};
use crate::grade::{CheckGrade, FunctionGrade, FunctionState, Grade};

/// A text's length at most, in bytes.
const TEXT_LIMIT: usize = 200;

/// One question, with what is still to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its number, from 1.
    pub number: usize,
    /// The function that answers it.
    pub function: String,
    /// What it is worth.
    pub points: u32,
    /// How far it is.
    pub progress: QuestionProgress,
    /// What is still to do, in a few words; empty when nothing is known to be.
    pub remark: String,
    /// How many public checks it passes.
    pub passed: usize,
    /// How many public checks it has.
    pub checks: usize,
}

/// How far a question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionProgress {
    /// It passes its public checks.
    Passes,
    /// It does not pass one of them.
    Fails,
    /// It does not compile.
    DoesNotCompile,
    /// It still says `todo!()`.
    Todo,
    /// Its function is not there.
    Missing,
}

/// The questions of an assignment, as public checks have graded them.
pub fn questions(grade: &Grade, manifest: &Manifest) -> Vec<Question> {
    let entries = manifest.functions.iter().zip(&grade.functions).enumerate();
    entries
        .map(|(index, (entry, function))| {
            let (progress, remark) = progress_of(function);
            Question {
                number: index + 1,
                function: entry.name.clone(),
                points: entry.points,
                progress,
                remark,
                passed: function.checks.iter().filter(|check| check.passed()).count(),
                checks: function.checks.len(),
            }
        })
        .collect()
}

/// The questions, one a row, each line ended.
pub fn questions_table(questions: &[Question], colours: bool) -> String {
    let mut table = bare(colours);
    table.set_header(vec![Cell::new("question"), right("points"), Cell::new("public checks"), Cell::new("to do")]);
    for question in questions {
        let colour = if question.is_ready() { Color::Green } else { Color::Red };
        let checks = match question.progress {
            QuestionProgress::Passes | QuestionProgress::Fails => {
                format!("{} of {} passed", question.passed, question.checks)
            }
            _ => "not run".to_owned(),
        };
        table.add_row([
            Cell::new(format!("{} {}", question.number, question.function)),
            right(question.points),
            Cell::new(checks).fg(colour),
            Cell::new(&question.remark),
        ]);
    }
    finished(&table)
}

impl Question {
    /// Whether nothing is known to be still to do.
    pub fn is_ready(&self) -> bool {
        self.progress == QuestionProgress::Passes
    }
}

fn progress_of(function: &FunctionGrade) -> (QuestionProgress, String) {
    match &function.state {
        FunctionState::Missing => {
            let remark = format!("there is no `{}`", one_line(&function.name, TEXT_LIMIT));
            return (QuestionProgress::Missing, remark);
        }
        FunctionState::Broken(verdict, messages) => {
            let remark = messages.first().map_or_else(|| verdict.sentence().to_owned(), headline);
            return (QuestionProgress::DoesNotCompile, one_line(&remark, TEXT_LIMIT));
        }
        FunctionState::Ready => {}
    }
    if function.answer.as_ref().is_some_and(|answer| calls_macro(&answer.text, "todo")) {
        return (QuestionProgress::Todo, "still says `todo!()`".to_owned());
    }
    let mut failed = function.checks.iter().filter(|check| !check.passed());
    match failed.next() {
        None => (QuestionProgress::Passes, String::new()),
        Some(first) => (QuestionProgress::Fails, failure(first, failed.count())),
    }
}

fn failure(first: &CheckGrade, others: usize) -> String {
    let first = format!("{}: {}", first.name, first.verdict.sentence());
    match others {
        0 => first,
        others => format!("{first} (and {})", counted(others, "other check", "other checks")),
    }
}
