//! A student's code with line numbers as in their cell or file, and notes under the lines they are about.

use maud::{Markup, html};

use super::text;
use crate::grade::{Answer, Location};
use crate::report::text::{counted, shown};

/// How many lines are shown.
const LINES_LIMIT: usize = 500;

/// A line's length at most, in bytes.
const LINE_LIMIT: usize = 400;

/// How many notes are shown at one line.
const NOTES_LIMIT: usize = 5;

/// The code of one function.
pub(super) struct Listing<'a> {
    id: String,
    answer: &'a Answer,
    lines: Vec<&'a str>,
}

/// Something to say about a line.
pub(super) struct Note {
    /// The line.
    pub location: Location,
    /// What says it: an error code, or a check's name.
    pub label: String,
    /// The message, then what is added to it.
    pub lines: Vec<String>,
}

impl<'a> Listing<'a> {
    /// `id` is the beginning of the lines' ids in the page.
    pub(super) fn new(id: impl Into<String>, answer: &'a Answer) -> Self {
        Self { id: id.into(), answer, lines: answer.text.lines().collect() }
    }

    /// Whether a place is one of the lines shown.
    pub(super) fn shows(&self, location: Option<&Location>) -> bool {
        location.is_some_and(|location| self.index(location).is_some())
    }

    /// The id of a line shown.
    pub(super) fn line_id(&self, location: &Location) -> Option<String> {
        self.index(location).map(|index| self.id_of(index))
    }

    /// The code with its notes.
    pub(super) fn markup(&self, notes: &[Note]) -> Markup {
        let Location { file, cell, .. } = &self.answer.location;
        let hidden = self.lines.len().saturating_sub(LINES_LIMIT);
        html! {
            table.listing {
                caption {
                    (shown(file, LINE_LIMIT))
                    @if let Some(cell) = cell { ", cell " (cell) }
                }
                thead.unseen { tr { th scope="col" { "Line" } th scope="col" { "Code" } } }
                tbody {
                    @for (index, line) in self.lines.iter().take(LINES_LIMIT).enumerate() {
                        (self.line(index, line, notes))
                    }
                    @if hidden > 0 {
                        tr.note { td {} td { "… " (counted(hidden, "more line", "more lines")) } }
                    }
                }
            }
        }
    }

    fn line(&self, index: usize, line: &str, notes: &[Note]) -> Markup {
        let of_line = || notes.iter().filter(|note| self.index(&note.location) == Some(index));
        let pointed = of_line().next().is_some();
        html! {
            tr.pointed[pointed] id=(self.id_of(index)) {
                th scope="row" { (self.number(index)) }
                td { code { (shown(line, LINE_LIMIT)) } }
            }
            @for note in of_line().take(NOTES_LIMIT) {
                tr.note {
                    td {}
                    td {
                        p { strong { (note.label) ": " } (note.lines.first().map(|line| text(line)).unwrap_or_default()) }
                        @for line in note.lines.iter().skip(1) { p.added { (text(line)) } }
                    }
                }
            }
            @if of_line().nth(NOTES_LIMIT).is_some() {
                tr.note { td {} td { "and " (counted(of_line().count() - NOTES_LIMIT, "more message", "more messages")) } }
            }
        }
    }

    fn id_of(&self, index: usize) -> String {
        format!("{}-line-{}", self.id, self.number(index))
    }

    /// The line's number in the student's cell or file.
    fn number(&self, index: usize) -> usize {
        self.answer.location.line + index
    }

    fn index(&self, location: &Location) -> Option<usize> {
        let own = &self.answer.location;
        let index = location.line.checked_sub(own.line)?;
        let here = location.file == own.file && location.cell == own.cell;
        (here && index < self.lines.len().min(LINES_LIMIT)).then_some(index)
    }
}
