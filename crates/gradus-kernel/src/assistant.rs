//! What helps while a cell is written: completion and inspection. How answers are found is left to the assistants.

use std::ops::Range;

use gradus_engine::MimeBundle;

/// Answers questions about code that is not yet run; on a thread of its own, so also while a cell runs.
pub trait Assistant: Send {
    /// What can stand at the cursor.
    fn complete(&mut self, place: &Place<'_>) -> Completions;

    /// What is known of whatever the cursor is at, if anything; `detail` asks for more than the first look.
    fn inspect(&mut self, place: &Place<'_>, detail: bool) -> Option<MimeBundle>;
}

/// A cursor in a cell.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The cell's text so far.
    pub code: &'a str,
    /// The cursor, in bytes, between two characters.
    pub cursor: usize,
    /// What the session has defined so far, see `Engine::session_source`.
    pub session_source: &'a str,
}

/// What can stand at a cursor.
#[derive(Debug, Clone, Default)]
pub struct Completions {
    /// The bytes of the cell that every candidate replaces.
    pub replaced: Range<usize>,
    /// The best first.
    pub candidates: Vec<Candidate>,
}

/// One of several texts that can stand at a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is put in.
    pub text: String,
    /// What it is: `function`, `struct`, `module`; frontends show it.
    pub kind: String,
    /// Its type or signature, as Rust writes it; empty if unknown.
    pub signature: String,
}

/// Knows nothing, and says so at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAssistant;

impl Assistant for NoAssistant {
    fn complete(&mut self, place: &Place<'_>) -> Completions {
        Completions { replaced: place.cursor..place.cursor, candidates: Vec::new() }
    }

    fn inspect(&mut self, _place: &Place<'_>, _detail: bool) -> Option<MimeBundle> {
        None
    }
}
