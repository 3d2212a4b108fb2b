//! What is asked, and how answers look.

use serde::{Deserialize, Serialize};

/// A line of standard input.
#[derive(Debug, Deserialize)]
pub struct Question {
    /// What its answer carries, so that a late answer is told apart.
    #[serde(default)]
    pub id: u64,
    /// What is wanted.
    pub ask: Ask,
    /// What the session has defined so far: imports, items, variables as declarations.
    #[serde(default)]
    pub session: String,
    /// The cell's text.
    pub code: String,
    /// The cursor, in bytes, between two characters.
    pub cursor: usize,
    /// Whether to say more than a first look needs.
    #[serde(default)]
    pub detail: bool,
}

/// What can be asked.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    /// What can stand at the cursor.
    Complete,
    /// What is known of what is at the cursor.
    Inspect,
}

/// What can stand at the cursor.
#[derive(Debug, Default, Serialize)]
pub struct Completions {
    /// The first byte that each candidate replaces.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The best first.
    pub candidates: Vec<Candidate>,
}

/// One of several texts that can stand at the cursor.
#[derive(Debug, Serialize)]
pub struct Candidate {
    /// What is put in.
    pub text: String,
    /// What it is: `function`, `struct`, `module`.
    pub kind: &'static str,
    /// Its type or signature; empty if there is none.
    pub signature: String,
}
