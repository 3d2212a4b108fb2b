//! nbgrader's regions: what stands between two lines that say so.
//!
//! Its delimiters are the words themselves, anywhere in a line: `### BEGIN SOLUTION` and `// BEGIN SOLUTION` are the same.
//! Hidden tests and mark schemes are regions as well.

use std::fmt::{self, Display, Formatter};

use super::error::{ConversionError, Place};
use crate::regions::{self, Edge, Fault, Run};

/// What a region holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// An answer.
    Solution,
    /// Tests that students do not get.
    HiddenTests,
    /// How an answer is graded by hand.
    Scheme,
}

impl Mark {
    const ALL: [Self; 3] = [Self::Solution, Self::HiddenTests, Self::Scheme];

    fn words(self) -> &'static str {
        match self {
            Self::Solution => "SOLUTION",
            Self::HiddenTests => "HIDDEN TESTS",
            Self::Scheme => "MARK SCHEME",
        }
    }
}

impl Display for Mark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "a region {}", self.words())
    }
}

/// Takes a cell's text apart at its markers. `allowed` are those that mean something in a cell that is `what`.
pub(super) fn runs<'a>(
    text: &'a str,
    cell: &Place,
    allowed: &[Mark],
    what: &'static str,
) -> Result<Vec<Run<'a, Mark>>, ConversionError> {
    let cell = || cell.clone();
    regions::runs(text, allowed, marker).map_err(|fault| match fault {
        Fault::Nested { line, first, kind: mark } => ConversionError::Nested { cell: cell(), line, first, mark },
        Fault::NoEnd { line, kind: mark } => ConversionError::NoEnd { cell: cell(), line, mark },
        Fault::NoBeginning { line, kind: mark } => ConversionError::NoBeginning { cell: cell(), line, mark },
        Fault::Misplaced { line, kind: mark } => ConversionError::Misplaced { cell: cell(), line, mark, what },
    })
}

/// The region that a line begins or ends.
fn marker(line: &str) -> Option<(Mark, Edge)> {
    Mark::ALL.into_iter().find_map(|mark| {
        let after = |edge: &str| line.contains(&format!("{edge} {}", mark.words()));
        if after("BEGIN") { Some((mark, Edge::Begin)) } else { after("END").then_some((mark, Edge::End)) }
    })
}
