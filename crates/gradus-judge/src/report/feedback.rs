//! What a student reads on the terminal: each function, each check, and what to look at first.

use std::fmt::Write;

use crate::grade::{CheckGrade, FunctionGrade, FunctionState, Grade, Message};
use crate::report::text;

/// Bytes of one text that are shown.
const TEXT_LIMIT: usize = 4000;

/// The whole feedback, each line ended.
pub fn feedback(grade: &Grade, colours: bool) -> String {
    let mut out = Page { text: String::new(), colours };
    for remark in &grade.remarks {
        let place = remark.location.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        out.line(0, "note:", Colour::Plain, &format!("{place}{}", remark.text));
        out.hint(0, remark.hint.as_deref());
    }
    for function in &grade.functions {
        out.function(function);
    }
    let checks = || grade.functions.iter().flat_map(|function| &function.checks);
    let passed = checks().filter(|check| check.passed()).count();
    out.line(0, "", Colour::Plain, &format!("{passed} of {} checks passed", checks().count()));
    out.text
}

#[derive(Clone, Copy)]
enum Colour {
    Plain,
    Green,
    Red,
}

struct Page {
    text: String,
    colours: bool,
}

impl Page {
    fn function(&mut self, function: &FunctionGrade) {
        self.line(0, &function.name, Colour::Plain, "");
        match &function.state {
            FunctionState::Ready => function.checks.iter().for_each(|check| self.check(check)),
            FunctionState::Missing => {
                self.line(1, "✗", Colour::Red, "is missing");
                self.hint(1, Some(&format!("hand in `{}`", function.signature)));
            }
            FunctionState::Broken(verdict, messages) => {
                self.line(1, "✗", Colour::Red, verdict.sentence());
                messages.iter().for_each(|message| self.message(message));
            }
        }
        self.text.push('\n');
    }

    fn check(&mut self, check: &CheckGrade) {
        if check.passed() {
            return self.line(1, "✓", Colour::Green, &check.name);
        }
        self.line(1, "✗", Colour::Red, &format!("{}: {}", check.name, check.verdict.sentence()));
        self.line(2, "", Colour::Plain, &format!("expected: {}", check.expectation));
        if let Some(message) = check.message_beyond_verdict() {
            self.line(2, "", Colour::Plain, message);
        }
        if let Some(location) = &check.location {
            self.line(2, "", Colour::Plain, &format!("at {location}"));
        }
        self.hint(2, check.hint.as_deref());
    }

    fn message(&mut self, message: &Message) {
        let code = message.code.as_ref().map(|code| format!("[{code}] ")).unwrap_or_default();
        self.line(2, "", Colour::Plain, &format!("{code}{}", message.text));
        if let Some(location) = &message.location {
            self.line(2, "", Colour::Plain, &format!("at {location}"));
        }
        if let Some(line) = &message.line_text {
            self.line(3, "", Colour::Plain, line.trim());
        }
        for note in &message.notes {
            self.line(3, "", Colour::Plain, note);
        }
    }

    fn hint(&mut self, depth: usize, hint: Option<&str>) {
        if let Some(hint) = hint {
            self.line(depth, "hint:", Colour::Plain, hint);
        }
    }

    /// One line of text, or several where the text has several; what a student wrote is made harmless.
    fn line(&mut self, depth: usize, mark: &str, colour: Colour, words: &str) {
        let mark = match colour {
            Colour::Green if self.colours => format!("\u{1b}[32m{mark}\u{1b}[0m"),
            Colour::Red if self.colours => format!("\u{1b}[31m{mark}\u{1b}[0m"),
            _ => mark.to_owned(),
        };
        let gap = if mark.is_empty() || words.is_empty() { "" } else { " " };
        for line in text::shown(words, TEXT_LIMIT).lines().chain(words.is_empty().then_some("")) {
            writeln!(self.text, "{:indent$}{mark}{gap}{line}", "", indent = 2 * depth).expect("writing to a string");
        }
    }
}
