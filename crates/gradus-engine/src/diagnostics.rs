//! What rustc says, shown against the cells that the user wrote.
//!
//! rustc's own rendering would show generated text and file names. So its JSON is read, each place is led back to the
//! cell it was copied from, and `annotate-snippets`, which draws rustc's messages too, draws it anew.

use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use serde::Deserialize;

use crate::source::{Place, Source};

/// One message of the compiler.
#[derive(Debug, Clone, Deserialize)]
pub struct Diagnostic {
    /// The main sentence.
    pub message: String,
    level: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Diagnostic>,
    /// The same as the hints read it; for errors only.
    #[serde(skip)]
    pub plain: Option<gradus_hints::Diagnostic>,
}

#[derive(Debug, Clone, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
    label: Option<String>,
    suggested_replacement: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Expansion {
    span: Span,
}

/// A message with all its places led back to cells.
struct Shown<'a> {
    diagnostic: &'a Diagnostic,
    labels: Vec<(Place, bool, Option<&'a str>)>,
}

/// Errors shown in full; the rest is counted.
const SHOWN_ERRORS: usize = 4;

/// Codes of a crate that is not found, of another build, or cannot be read.
const CRATES: [&str; 6] = ["E0460", "E0461", "E0462", "E0463", "E0514", "E0786"];

impl Diagnostic {
    /// Reads a line of rustc's, if it is a message with something to say.
    pub fn read(line: &str) -> Option<Self> {
        let mut diagnostic: Self = serde_json::from_str(line).ok()?;
        diagnostic.plain = gradus_hints::Diagnostic::parse(line).pop();
        let closing = diagnostic.message.starts_with("aborting due to")
            || diagnostic.message.starts_with("For more information about")
            || diagnostic.message.starts_with("Some errors have detailed")
            || diagnostic.message.ends_with("warning emitted")
            || diagnostic.message.ends_with("warnings emitted");
        (!closing).then_some(diagnostic)
    }

    /// Whether it stops the compilation.
    pub fn is_error(&self) -> bool {
        self.level.starts_with("error")
    }

    /// `E0382`, or a lint's name.
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.code.as_str())
    }

    /// Whether it is about the files of crates, and not about the code.
    pub fn is_about_crates(&self) -> bool {
        self.is_error() && self.code().is_some_and(|code| CRATES.contains(&code))
    }

    /// Every place of the message in `file`, as bytes, the most important first, each with its label.
    pub fn places<'a>(&'a self, file: &'a str) -> impl Iterator<Item = (std::ops::Range<usize>, bool, &'a str)> {
        let own = self.spans.iter().filter_map(move |span| {
            let in_file = span.in_file(&|name| name == file)?;
            let label = span.label.as_deref().unwrap_or_default();
            Some((in_file.byte_start..in_file.byte_end, span.is_primary, label))
        });
        let mut list: Vec<_> = own.collect();
        list.sort_by_key(|(_, primary, _)| !*primary);
        list.into_iter()
    }

    fn shown<'s>(&self, sources: &dyn Fn(&str) -> Option<&'s Source>) -> Shown<'_> {
        let labels = self.spans.iter().filter_map(|span| {
            let place = span.place(sources)?;
            Some((place, span.is_primary, span.label.as_deref()))
        });
        Shown { diagnostic: self, labels: labels.collect() }
    }
}

impl Span {
    /// The span itself, or the macro call that it comes from, if it is in such a file.
    fn in_file(&self, is_ours: &dyn Fn(&str) -> bool) -> Option<&Span> {
        if is_ours(&self.file_name) {
            return Some(self);
        }
        self.expansion.as_ref()?.span.in_file(is_ours)
    }

    fn place<'a>(&self, sources: &dyn Fn(&str) -> Option<&'a Source>) -> Option<Place> {
        let span = self.in_file(&|name| sources(name).is_some())?;
        let place = sources(&span.file_name)?.place(span.byte_start..span.byte_end);
        // Generated text inside a macro call: the call is what the user wrote.
        place.or_else(|| span.expansion.as_ref()?.span.place(sources))
    }
}

/// Messages as the user reads them, line by line, with colours.
pub fn render<'s>(diagnostics: &[Diagnostic], sources: &dyn Fn(&str) -> Option<&'s Source>) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        if index == SHOWN_ERRORS {
            let left = diagnostics.len() - index;
            let plural = if left == 1 { "" } else { "s" };
            lines.push(format!("... and {left} more message{plural}, which may well follow from these"));
            break;
        }
        lines.extend(render_one(diagnostic, sources).lines().map(str::to_owned));
    }
    lines
}

fn render_one<'s>(diagnostic: &Diagnostic, sources: &dyn Fn(&str) -> Option<&'s Source>) -> String {
    let shown = diagnostic.shown(sources);
    let level = if diagnostic.is_error() { Level::ERROR } else { Level::WARNING };
    let mut title = level.primary_title(shown.diagnostic.message.as_str());
    if let Some(code) = diagnostic.code.as_ref() {
        title = title.id(code.code.as_str());
    }
    let mut groups = vec![with_snippets(Group::with_title(title), &shown)];
    for child in &diagnostic.children {
        let replacement = child.spans.iter().find_map(|span| Some((span, span.suggested_replacement.as_deref()?)));
        let level = if child.level == "help" { Level::HELP } else { Level::NOTE };
        if let Some((span, replacement)) = replacement {
            // A place in generated text would show what the user has not written.
            if let Some(place) = span.place(sources) {
                let snippet = Snippet::source(place.cell.text.clone())
                    .path(place.cell.label.clone())
                    .patch(Patch::new(place.range, replacement.to_owned()));
                groups.push(Group::with_title(level.secondary_title(child.message.as_str())).element(snippet));
            } else if span.file_name.ends_with(".rs") && sources(&span.file_name).is_some() {
                let text = format!("{}: `{}`", child.message, replacement.trim());
                let last = groups.pop().expect("there is one group at least");
                groups.push(last.element(level.message(text)));
            }
            continue;
        }
        let child_shown = child.shown(sources);
        if child_shown.labels.is_empty() {
            let last = groups.pop().expect("there is one group at least");
            groups.push(last.element(level.message(child.message.as_str())));
        } else {
            groups.push(with_snippets(Group::with_title(level.secondary_title(child.message.as_str())), &child_shown));
        }
    }
    if let Some(hint) = diagnostic.plain.as_ref().and_then(gradus_hints::explain) {
        groups.push(Group::with_title(Level::HELP.with_name("in plain words").primary_title(hint)));
    }
    Renderer::styled().render(&groups)
}

fn with_snippets<'a>(mut group: Group<'a>, shown: &Shown<'a>) -> Group<'a> {
    let mut cells: Vec<&Place> = Vec::new();
    for (place, ..) in &shown.labels {
        if !cells.iter().any(|known| Arc::ptr_eq(&known.cell, &place.cell)) {
            cells.push(place);
        }
    }
    for cell in cells {
        let mut snippet = Snippet::source(cell.cell.text.clone()).path(cell.cell.label.clone());
        for (place, primary, label) in &shown.labels {
            if Arc::ptr_eq(&place.cell, &cell.cell) {
                let kind = if *primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                let mut annotation = kind.span(place.range.clone());
                if let Some(label) = label {
                    annotation = annotation.label(*label);
                }
                snippet = snippet.annotation(annotation);
            }
        }
        group = group.element(snippet);
    }
    group
}
