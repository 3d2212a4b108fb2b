//! What a submission consists of once it is read: fragments of source text, each with its place.

use std::collections::BTreeSet;
use std::fmt;

/// What a student handed in, reduced to what the answers need.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The file's or folder's name without extension.
    pub name: String,
    /// The answers and everything they mention, in an order in which they make up one crate: inner
    /// attributes, imports, macros, then the rest as handed in. [`FragmentKind::Unparsed`] and
    /// [`FragmentKind::InnerAttribute`] are listed so that they can be judged; they are not to be compiled.
    pub fragments: Vec<Fragment>,
    /// Items that were read and are not needed. A scan for forbidden source has to look here too.
    pub left_out: Vec<LeftOut>,
    /// What was repaired or left out and the student should know.
    pub notes: Vec<Note>,
}

impl Submission {
    /// The fragment that answers `function`, parsed or not.
    #[must_use]
    pub fn answer(&self, function: &str) -> Option<&Fragment> {
        self.fragments.iter().find(|fragment| fragment.answers(function))
    }
}

/// A run of source text that stands or falls together: one top-level item with its attributes and doc
/// comments, exactly as the student wrote it.
///
/// One exception keeps positions but not text: names that may not be imported again are blanked out of a
/// `use` with spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Where the first line stands.
    pub origin: Origin,
    /// The source text.
    pub text: String,
    /// What it is.
    pub kind: FragmentKind,
    /// Top-level names it defines or imports.
    pub defines: Vec<String>,
    /// Every identifier in it, also inside macro calls and inline format arguments.
    pub mentions: BTreeSet<String>,
}

impl Fragment {
    /// Whether this is the answer to `function`, parsed or not.
    #[must_use]
    pub fn answers(&self, function: &str) -> bool {
        match &self.kind {
            FragmentKind::Answer { function: name } => name == function,
            FragmentKind::Unparsed { functions, .. } => functions.iter().any(|name| name == function),
            _ => false,
        }
    }
}

/// What a fragment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FragmentKind {
    /// The function that was asked for.
    Answer {
        /// Its name.
        function: String,
    },
    /// A function, type, constant, trait, module or foreign block that an answer mentions.
    Item,
    /// A `use` or `extern crate`.
    Use {
        /// The names it brings in, without those that were blanked out.
        imports: Vec<Import>,
    },
    /// An `impl` block.
    Impl {
        /// The trait's last path segment; `None` for an inherent block.
        trait_name: Option<String>,
    },
    /// A `macro_rules!` definition.
    Macro,
    /// A macro call in item position, such as `thread_local! { .. }`.
    MacroCall {
        /// The last path segment of the macro's name.
        name: String,
    },
    /// An inner attribute such as `#![feature(..)]`. Lint levels and plain documentation are left out.
    InnerAttribute {
        /// The attribute's path, such as `feature`.
        name: String,
    },
    /// Source that is not Rust as it stands.
    Unparsed {
        /// The functions it seems to define.
        functions: Vec<String>,
        /// Why it could not be read.
        error: ParseFault,
    },
}

/// A name that a `use` brings into scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The full path, such as `ndarray::Array2` or `ndarray::prelude::*`.
    pub path: String,
    /// The name in scope; `*` for a glob and `_` for an anonymous trait import.
    pub name: String,
}

/// Why a piece of source could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFault {
    /// Line in the cell or file, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ParseFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Where a fragment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file's name; inside a folder, relative to that folder.
    pub file: String,
    /// The cell, if the file is a notebook.
    pub cell: Option<CellPlace>,
    /// Line of the fragment's first line in that cell or file, from 1.
    pub line: usize,
}

/// Displays as `cell 7, line 3 of softmax.ipynb` or `line 3 of answers.rs`.
impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cell) = &self.cell {
            write!(formatter, "cell {}, ", cell.number)?;
        }
        write!(formatter, "line {} of {}", self.line, self.file)
    }
}

/// A cell's place in its notebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPlace {
    /// Position among all cells, from 1.
    pub number: usize,
    /// The cell's id, if it has one that no earlier cell has.
    pub id: Option<String>,
}

/// Something the student should know about how the submission was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The place it is about.
    pub origin: Option<Origin>,
    /// What was found and what was done about it.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// An item that is not part of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The item.
    pub fragment: Fragment,
    /// Why it is not needed.
    pub reason: LeftOutReason,
}

/// Why an item is not part of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutReason {
    /// No answer mentions it.
    NotMentioned,
    /// Another definition of the same name was taken, or the same name is already imported.
    Duplicate,
    /// It imports only from crates that are not available.
    NotAvailable,
    /// `fn main`, a test, or anything under `#[cfg(test)]`.
    MainOrTest,
}
