//! A grade in words for the terminal: what a student reads after checking their own answers.

use comfy_table::{Cell, Color};

use super::results::headline;
use super::table::{bare, finished};
use super::text::{counted, one_line, shown};
use crate::grade::{CheckGrade, FunctionGrade, FunctionState, Grade, Message, Remark};

/// A text's length at most, in bytes.
const TEXT_LIMIT: usize = 2000;

/// How many compiler messages a function, and how many remarks a submission, may have here.
const MESSAGES_LIMIT: usize = 10;

/// Each function's checks with what failed and what to look at, then a line that counts; each line ended.
pub fn feedback(grade: &Grade, colours: bool) -> String {
    let mut text = String::new();
    for function in &grade.functions {
        text.push_str(&format!("{}: {}\n", one_line(&function.name, 200), state(function)));
        text.push_str(&rows(of_function(grade, function), colours));
        text.push('\n');
    }
    if !grade.remarks.is_empty() {
        let remarks =
            grade.remarks.iter().take(MESSAGES_LIMIT).map(|remark| ("note", Color::Yellow, of_remark(remark)));
        text.push_str(&rows(remarks.collect(), colours));
        text.push('\n');
    }
    let checks = || grade.functions.iter().flat_map(|function| &function.checks);
    let all = counted(checks().count(), "check", "checks");
    text.push_str(&format!("passed {} of {all}\n", checks().filter(|check| check.passed()).count()));
    text
}

/// What stands in a row: a word, its colour, and what it is about.
type Row = (&'static str, Color, String);

fn rows(rows: Vec<Row>, colours: bool) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = bare(colours);
    for (word, colour, text) in rows {
        table.add_row([Cell::new(word).fg(colour), Cell::new(shown(&text, TEXT_LIMIT))]);
    }
    finished(&table)
}

fn state(function: &FunctionGrade) -> String {
    match &function.state {
        FunctionState::Ready => {
            let passed = function.checks.iter().filter(|check| check.passed()).count();
            format!("passed {passed} of {}", counted(function.checks.len(), "check", "checks"))
        }
        FunctionState::Missing => "is missing".to_owned(),
        FunctionState::Broken(verdict, _) => verdict.sentence().to_owned(),
    }
}

fn of_function(grade: &Grade, function: &FunctionGrade) -> Vec<Row> {
    let asked = || ("asked", Color::Yellow, function.signature.clone());
    match &function.state {
        FunctionState::Ready => function.checks.iter().map(|check| of_check(grade, check)).collect(),
        FunctionState::Missing => vec![asked()],
        FunctionState::Broken(_, messages) => {
            let messages =
                messages.iter().take(MESSAGES_LIMIT).map(|message| ("error", Color::Red, of_message(message)));
            messages.chain([asked()]).collect()
        }
    }
}

fn of_check(grade: &Grade, check: &CheckGrade) -> Row {
    if check.passed() {
        return ("passed", Color::Green, check.name.clone());
    }
    let mut lines = vec![format!("{}: {}", check.name, check.verdict.sentence())];
    lines.push(format!("expected: {}", check.expectation));
    lines.extend(check.message_beyond_verdict().map(str::to_owned));
    lines.extend(check.hint.as_ref().map(|hint| format!("hint: {hint}")));
    if let Some(location) = &check.location {
        lines.push(format!("at: {location}"));
        lines.extend(grade.line(location).map(|line| line.trim().to_owned()));
    }
    ("failed", Color::Red, lines.join("\n"))
}

fn of_message(message: &Message) -> String {
    let mut lines = vec![headline(message)];
    lines.extend(message.line_text.as_ref().map(|line| line.trim().to_owned()));
    lines.extend(message.notes.iter().cloned());
    lines.join("\n")
}

fn of_remark(remark: &Remark) -> String {
    let mut lines = vec![remark.text.clone()];
    lines.extend(remark.location.as_ref().map(|location| format!("at: {location}")));
    lines.extend(remark.hint.as_ref().map(|hint| format!("hint: {hint}")));
    lines.join("\n")
}
