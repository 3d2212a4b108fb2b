//! evcxr's errors as cells' errors, on the cells' own lines.
//!
//! evcxr compiles a source that it generates; rustc's messages, and panics, are about that. It copies cells into it in
//! whole statements and never changes a line of them, so a line is led back by its text.

use std::sync::Arc;

use ::evcxr::{CompilationError, Error};

use crate::contract::{CellError, CellErrorKind};
use crate::diagnostics::Diagnostic;
use crate::failures;
use crate::process::Death;
use crate::session::Session;
use crate::source::{CellText, Source};

/// What rustc and panics call the generated source.
pub const FILE: &str = "src/lib.rs";

/// What is said where all variables are gone.
const LOST: &str = "evcxr's process ended with the cell: all variables are lost.";

/// A generated source, with the lines in it that come from cells; of equal lines of several cells, the latest.
pub fn trace(generated: &str, cells: &[Arc<CellText>]) -> Source {
    let mut source = Source::default();
    let mut expected: Option<(&Arc<CellText>, usize)> = None;
    for line in generated.split_inclusive('\n') {
        let text = line.trim();
        let follows = expected.and_then(|(cell, from)| Some((cell, find_in_line(cell, from, text)?)));
        let found = if text.is_empty() { None } else { follows.or_else(|| find(cells, text)) };
        let Some((cell, start)) = found else {
            source.push(line);
            // An empty line of a cell is copied too.
            expected = expected.filter(|_| text.is_empty()).map(|(cell, from)| (cell, next_line(cell, from)));
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        source.push(&line[..indent]);
        source.copy(cell, start..start + text.len(), &[]);
        source.push(&line[indent + text.len()..]);
        expected = Some((cell, next_line(cell, start)));
    }
    source
}

/// The latest cell with a line that contains the text, and where.
fn find<'a>(cells: &'a [Arc<CellText>], text: &str) -> Option<(&'a Arc<CellText>, usize)> {
    // A lone bracket may be anyone's.
    if !text.contains(char::is_alphanumeric) {
        return None;
    }
    cells.iter().rev().find_map(|cell| Some((cell, cell.text.find(text)?)))
}

/// Where in the line that begins at `from` the text stands.
fn find_in_line(cell: &CellText, from: usize, text: &str) -> Option<usize> {
    let line = cell.text.get(from..)?.split('\n').next()?;
    line.find(text).map(|at| from + at)
}

fn next_line(cell: &CellText, from: usize) -> usize {
    cell.text[from..].find('\n').map_or(cell.text.len(), |end| from + end + 1)
}

/// The compiler refuses the cell.
pub fn refused(errors: &[CompilationError], source: &Source, cell: &CellText) -> CellError {
    let messages: Vec<Diagnostic> =
        errors.iter().filter_map(|error| Diagnostic::read(&error.json.to_string())).collect();
    if messages.iter().any(Diagnostic::is_error) {
        let ours = |file: &str| (file == FILE).then_some(source);
        return failures::refused(&messages, &ours, &Session::default());
    }
    // evcxr's own messages have no form that rustc would give them.
    let Some(error) = errors.first() else { return message("the cell does not compile") };
    let mut told = message(&error.message());
    if let Some(span) = error.primary_spanned_message().and_then(|spanned| spanned.span) {
        told.traceback.push(format!("  --> {}:{}:{}", cell.label, span.start_line, span.start_column));
        told.traceback.extend(cell.text.lines().nth(span.start_line - 1).map(|line| format!("  | {line}")));
    }
    told
}

/// evcxr says in words why it does not run the cell.
pub fn message(text: &str) -> CellError {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or("the cell does not compile").to_owned();
    let mut traceback = vec![format!("\u{1b}[1;31merror\u{1b}[0m: {first}")];
    traceback.extend(lines.map(str::to_owned));
    CellError { kind: CellErrorKind::Compile, name: "error".to_owned(), message: first, traceback }
}

/// All that evcxr says, without what cargo was at before something failed.
pub fn words(error: &Error) -> String {
    let text = match error {
        Error::CompilationErrors(list) => list.iter().map(CompilationError::message).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    };
    let progress =
        |line: &&str| ["Updating", "Locking", "Adding", "Downloading"].iter().any(|verb| line.trim().starts_with(verb));
    text.lines().filter(|line| !progress(line)).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The cell ended its process. evcxr tells how in words: `... exit status: 3`, `... signal: 6 (SIGABRT) ...`.
pub fn died(words: &str, last_words: &str) -> CellError {
    let number = |before: &str| {
        let after = &words[words.rfind(before)? + before.len()..];
        after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    lost(failures::died(Death { code: number("exit status: "), signal: number("signal: ") }, last_words))
}

/// The user stopped the cell, and with it the process.
pub fn interrupted() -> CellError {
    lost(failures::interrupted())
}

/// The end of a cell that took the variables with it.
fn lost(mut error: CellError) -> CellError {
    error.traceback.pop();
    error.traceback.push(LOST.to_owned());
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(label: &str, text: &str) -> Arc<CellText> {
        Arc::new(CellText { label: label.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn lines_are_led_back_to_the_latest_cell_that_has_them() {
        let cells =
            [cell("[1]", "fn f() {\n    g();\n}"), cell("[2]", "let a = 1; let b = 2;\n\nfn f() {\n    h();\n}")];
        let generated = "use x;\nfn f() {\n    h();\n}\npub extern fn run() {\nlet a = 1;\nlet b = 2;\nput(a);\n}\n}\n";
        let source = trace(generated, &cells);
        assert_eq!(source.text, generated);
        let place = |line: usize, column: usize| {
            source.place_at(line, column).map(|place| (place.cell.label.clone(), place.range.start))
        };
        assert_eq!(place(1, 1), None);
        assert_eq!(place(3, 5), Some(("[2]".to_owned(), 36)));
        assert_eq!(place(4, 1), Some(("[2]".to_owned(), 41)));
        assert_eq!(place(7, 5), Some(("[2]".to_owned(), 15)));
        assert_eq!(place(8, 1), None);
        assert_eq!(place(10, 1), None);
    }

    #[test]
    fn the_end_of_a_process_is_read_from_words() {
        assert_eq!(died("Subprocess terminated with status: exit status: 3", "").name, "exit");
        assert_eq!(died("x\nSubprocess terminated with status: signal: 6 (SIGABRT) (core dumped)", "").name, "abort");
        assert_eq!(died("Subprocess terminated", "").traceback.last().map(String::as_str), Some(LOST));
    }
}
