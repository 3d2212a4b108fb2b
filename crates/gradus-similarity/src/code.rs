//! The code of one submission, as it is compared.

use gradus_notebook::{Fragment, FragmentKind, Submission};

/// What one student wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Whose it is.
    pub name: String,
    /// The answers and what they use, in the order in which they were handed in.
    pub pieces: Vec<Piece>,
}

/// A run of lines of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The question that it answers; none of what answers only use.
    pub question: Option<String>,
    /// Where it stands, in words.
    pub place: String,
    /// The number of its first line there.
    pub line: usize,
    /// The text.
    pub text: String,
}

impl Code {
    /// The answers of a submission, and everything that they use. Imports say nothing about who wrote what.
    pub fn of(name: impl Into<String>, submission: &Submission) -> Self {
        let written = |fragment: &&Fragment| {
            !matches!(fragment.kind, FragmentKind::Use { .. } | FragmentKind::InnerAttribute { .. })
        };
        let piece = |fragment: &Fragment| Piece {
            question: match &fragment.kind {
                FragmentKind::Answer { function } => Some(function.clone()),
                FragmentKind::Unparsed { functions, .. } => functions.first().cloned(),
                _ => None,
            },
            place: match &fragment.origin.cell {
                Some(cell) => format!("{}, cell {}", fragment.origin.file, cell.number),
                None => fragment.origin.file.clone(),
            },
            line: fragment.origin.line,
            text: fragment.text.clone(),
        };
        Self { name: name.into(), pieces: submission.fragments.iter().filter(written).map(piece).collect() }
    }

    /// Code that is one text.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        Self { pieces: vec![Piece { question: None, place: name.clone(), line: 1, text: text.into() }], name }
    }
}
