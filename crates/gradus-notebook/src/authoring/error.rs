//! Why a source cannot be used: line, reason, hint.

use thiserror::Error;

use super::region::Kind;
use crate::percent::PercentError;

/// Why a source is no assignment. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Not in percent format.
    #[error(transparent)]
    Percent(#[from] PercentError),
    /// `gradus=` in a marker that does not say a role.
    #[error("line {line}: `gradus={text}` cannot be read: {reason}")]
    Metadata {
        /// The marker's line.
        line: usize,
        /// What stands there.
        text: String,
        /// Why.
        reason: String,
    },
    /// A role in a cell of the wrong kind.
    #[error("line {line}: a cell of the role `{role}` is {wanted}")]
    CellType {
        /// The marker's line.
        line: usize,
        /// The role.
        role: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A region that starts inside another one.
    #[error("line {line}: a {kind} region begins inside the one that began at line {first}")]
    Nested {
        /// The second beginning.
        line: usize,
        /// The first beginning.
        first: usize,
        /// What the second region is.
        kind: Kind,
    },
    /// A region without an end.
    #[error("line {line}: this {kind} region has no end in its cell")]
    NoEnd {
        /// Where it begins.
        line: usize,
        /// What it is.
        kind: Kind,
    },
    /// An end without a beginning.
    #[error("line {line}: a {kind} region ends here that does not begin in this cell")]
    NoBeginning {
        /// Where it ends.
        line: usize,
        /// What it is.
        kind: Kind,
    },
    /// A region in a cell that students see as it is.
    #[error("line {line}: a {kind} region in a cell of the role `{role}`")]
    Misplaced {
        /// Where it begins.
        line: usize,
        /// What it is.
        kind: Kind,
        /// The cell's role.
        role: &'static str,
    },
    /// A cell that would give its answer away, or a question that cannot be graded.
    #[error("line {line}: the cell `{id}` of the role `{role}` has no {kind} region")]
    NoRegion {
        /// The marker's line.
        line: usize,
        /// The cell.
        id: String,
        /// Its role.
        role: &'static str,
        /// What is missing.
        kind: Kind,
    },
    /// An answer cell that the manifest does not know, or one of the manifest's that the source does not have.
    #[error("the answer cells are {found:?}, and assignment.toml has {listed:?}")]
    Questions {
        /// The source's.
        found: Vec<String>,
        /// The manifest's.
        listed: Vec<String>,
    },
    /// An answer that is not Rust.
    #[error("line {line}: not Rust: {reason}")]
    NotRust {
        /// The line.
        line: usize,
        /// The parser's words.
        reason: String,
    },
}

impl SourceError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Percent(error) => error.hint().to_owned(),
            Self::Metadata { .. } => {
                "write gradus={\"role\": \"answer\"}; the roles are text, given, answer, check, hidden_check, written \
                 (with \"points\") and plot"
                    .to_owned()
            }
            Self::CellType { wanted, .. } => format!("make it {wanted}, or give it another role"),
            Self::Nested { kind, first, .. } => {
                format!("end the region of line {first} first; `END {kind}` and the like stand on lines of their own")
            }
            Self::NoEnd { kind, .. } => format!("write `// END {kind}` on a line of its own in the same cell"),
            Self::NoBeginning { kind, .. } => {
                format!("write `// BEGIN {kind}` on a line of its own in the same cell, or remove this line")
            }
            Self::Misplaced { kind: Kind::Solution, .. } => {
                "solutions stand in cells of the role `answer` or `written`; give the cell that role".to_owned()
            }
            Self::Misplaced { kind: Kind::Rubric, .. } => "a rubric stands in a cell of the role `written`".to_owned(),
            Self::NoRegion { kind, .. } => {
                format!("put what students must not see between the lines `// BEGIN {kind}` and `// END {kind}`")
            }
            Self::Questions { .. } => {
                "each function of assignment.toml names one cell of the role `answer`, in the same order".to_owned()
            }
            Self::NotRust { .. } => "mend the answer: it is compiled into the grader".to_owned(),
        }
    }
}
