//! The ends of cells that are no success, in words.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::Value;

use crate::contract::{CellError, CellErrorKind};
use crate::diagnostics::{self, Diagnostic};
use crate::process::Death;
use crate::session::Session;
use crate::source::{Place, Source};

const SIGSEGV: i64 = 11;
const SIGKILL: i64 = 9;
const SIGABRT: i64 = 6;

/// The compiler refuses the cell.
pub fn refused<'a>(
    messages: &[Diagnostic],
    sources: &dyn Fn(&str) -> Option<&'a Source>,
    session: &Session,
) -> CellError {
    let all: Vec<&Diagnostic> =
        messages.iter().filter(|message| message.is_error() && message.plain.is_some()).collect();
    let plain: Vec<gradus_hints::Diagnostic> = all.iter().filter_map(|message| message.plain.clone()).collect();
    let folded = gradus_hints::fold(&plain);
    let is_root = |index: usize| folded.roots.iter().any(|root| std::ptr::eq(*root, &plain[index]));
    let errors: Vec<Diagnostic> =
        (0..all.len()).filter(|&index| is_root(index)).map(|index| all[index].clone()).collect();
    let mut traceback = diagnostics::render(&errors, sources);
    traceback.extend(folded.remark());
    for (name, why) in &session.gone {
        let about = format!("`{name}`");
        if errors.iter().any(|error| error.code() == Some("E0425") && error.message.contains(&about)) {
            traceback.push(format!("note: the variable {about} is no longer there: {why}"));
        }
    }
    let first = errors.first();
    CellError {
        kind: CellErrorKind::Compile,
        name: first.and_then(Diagnostic::code).unwrap_or("error").to_owned(),
        message: first.map_or_else(|| "the cell does not compile".to_owned(), |error| error.message.clone()),
        traceback,
    }
}

/// The cell panicked.
pub fn panicked<'a>(panic: &Value, sources: &dyn Fn(&str) -> Option<&'a Source>) -> CellError {
    let message = panic["message"].as_str().unwrap_or("the cell panicked").to_owned();
    let mut places = vec![(panic["file"].clone(), panic["line"].clone(), panic["column"].clone())];
    let frames = panic["frames"].as_array().cloned().unwrap_or_default();
    places.extend(frames.iter().map(|frame| (frame[0].clone(), frame[1].clone(), frame[2].clone())));
    let place = places.iter().find_map(|(file, line, column)| {
        let file = file.as_str()?;
        let source = sources(file.rsplit('/').next().unwrap_or(file))?;
        source.place_at(usize::try_from(line.as_u64()?).ok()?, usize::try_from(column.as_u64()?).ok()?)
    });
    let mut title = message.lines();
    let headline = format!("panic: {}", title.next().unwrap_or_default());
    let rest: Vec<_> = title.map(str::to_owned).collect();
    let mut group = Group::with_title(Level::ERROR.primary_title(headline.as_str()));
    if let Some(place) = &place {
        let snippet = Snippet::source(place.cell.text.clone()).path(place.cell.label.clone());
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(whole_word(place))));
    } else if let Some(file) = panic["file"].as_str() {
        group = group.element(Level::NOTE.message(format!("at {file}:{}", panic["line"])));
    }
    if let Some(hint) = gradus_hints::explain_panic(&message) {
        group = group.element(Level::HELP.with_name("in plain words").message(hint));
    }
    let mut traceback: Vec<String> = Renderer::styled().render(&[group]).lines().map(str::to_owned).collect();
    traceback.splice(1..1, rest);
    CellError { kind: CellErrorKind::Panic, name: "panic".to_owned(), message, traceback }
}

/// An error came to the cell's top by `?`.
pub fn ended_in_error(type_name: &str, text: &str) -> CellError {
    let message = text.to_owned();
    let traceback = vec![format!("\u{1b}[1;31merror\u{1b}[0m: {text}"), format!("  a `{type_name}`, passed on by `?`")];
    CellError { kind: CellErrorKind::Panic, name: short_type(type_name), message, traceback }
}

/// The process is gone.
pub fn died(death: Death, last_words: &str) -> CellError {
    let overflow = last_words.contains("has overflowed its stack");
    let memory = last_words.contains("memory allocation of");
    let (name, what) = match (death.code, death.signal) {
        _ if overflow => {
            ("stack overflow", "the cell overflowed its stack: does a function call itself for ever?".to_owned())
        }
        _ if memory => ("out of memory", "the cell asked for more memory than there is".to_owned()),
        (Some(code), _) => ("exit", format!("the cell ended the process with exit code {code}")),
        (_, Some(SIGABRT)) => ("abort", "the cell aborted the process".to_owned()),
        (_, Some(SIGSEGV)) => ("segmentation fault", "the cell used memory that is not its own (SIGSEGV)".to_owned()),
        (_, Some(SIGKILL)) => ("killed", "the process was killed; did it run out of memory?".to_owned()),
        (_, signal) => ("died", format!("signal {} ended the process", signal.unwrap_or_default())),
    };
    short(CellErrorKind::Died, name, what, "All variables are as they were before the cell.")
}

/// The user stopped the cell.
pub fn interrupted() -> CellError {
    short(
        CellErrorKind::Interrupted,
        "interrupted",
        "the cell was interrupted".to_owned(),
        "All variables are as they were before the cell.",
    )
}

/// The cell asks, and nobody can answer.
pub fn no_input() -> CellError {
    short(
        CellErrorKind::Panic,
        "no input",
        "the cell reads from standard input, but this notebook cannot be asked".to_owned(),
        "All variables are as they were before the cell.",
    )
}

/// The engine itself is at fault.
pub fn fault(what: &str) -> CellError {
    short(CellErrorKind::Internal, "fault", what.to_owned(), "This is a fault of the notebook's engine, not yours.")
}

/// What the notebook was started with is gone.
pub fn library_replaced() -> CellError {
    short(
        CellErrorKind::Internal,
        "library replaced",
        "the course's library was built anew since this notebook started".to_owned(),
        "Restart the kernel (Kernel > Restart Kernel) and run the cells again.",
    )
}

/// A command cannot be carried out.
pub fn command(name: &str, what: &str) -> CellError {
    short(CellErrorKind::Command, &format!(":{name}"), what.to_owned(), "`:help` lists the commands.")
}

/// A crate cannot be had.
pub fn dependency(what: &str) -> CellError {
    let note = "Is its name right, as on https://crates.io? A crate that was used before needs no network.";
    short(CellErrorKind::Command, ":dep", what.to_owned(), note)
}

/// Why a type cannot be written down.
pub fn unnameable(type_name: &str) -> &'static str {
    if type_name.contains("closure@") {
        "a closure's type has no name (a function, or `Box<dyn Fn(..) -> ..>`, can be kept)"
    } else {
        "its type has no name that another cell could write"
    }
}

fn short(kind: CellErrorKind, name: &str, message: String, note: &str) -> CellError {
    let words = message.strip_prefix("error: ").unwrap_or(&message);
    let traceback = vec![format!("\u{1b}[1;31merror\u{1b}[0m: {words}"), note.to_owned()];
    CellError { kind, name: name.to_owned(), message, traceback }
}

fn short_type(type_name: &str) -> String {
    let path = type_name.split('<').next().unwrap_or(type_name);
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

/// A panic names only where something begins.
fn whole_word(place: &Place) -> std::ops::Range<usize> {
    let start = place.range.start;
    let rest = &place.cell.text[start..];
    let length = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '!'))).unwrap_or(rest.len());
    start..start + length.max(rest.chars().next().map_or(0, char::len_utf8))
}
