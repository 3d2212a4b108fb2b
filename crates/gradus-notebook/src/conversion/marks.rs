//! nbgrader's regions: what stands between two lines that say so.
//!
//! Its delimiters are the words themselves, anywhere in a line: `### BEGIN SOLUTION` and `// BEGIN SOLUTION` are the same.
//! Hidden tests and mark schemes are regions as well.

use std::fmt::{self, Display, Formatter};

use super::error::{ConversionError, Place};

/// What a region holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// An answer.
    Solution,
    /// Tests that students do not get.
    HiddenTests,
    /// How an answer is graded by hand.
    MarkScheme,
}

impl Mark {
    const ALL: [Self; 3] = [Self::Solution, Self::HiddenTests, Self::MarkScheme];

    fn words(self) -> &'static str {
        match self {
            Self::Solution => "SOLUTION",
            Self::HiddenTests => "HIDDEN TESTS",
            Self::MarkScheme => "MARK SCHEME",
        }
    }
}

impl Display for Mark {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "a region {}", self.words())
    }
}

/// A run of lines, and the region that they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run<'a> {
    /// `None` for what is in no region.
    pub mark: Option<Mark>,
    /// What stands in front of the first marker.
    pub indentation: &'a str,
    /// The lines, without the markers.
    pub lines: Vec<&'a str>,
}

/// Takes a cell's text apart at its markers. `allowed` are those that mean something in a cell that is `what`.
pub(super) fn runs<'a>(
    text: &'a str,
    cell: &Place,
    allowed: &[Mark],
    what: &'static str,
) -> Result<Vec<Run<'a>>, ConversionError> {
    let mut runs = vec![Run { mark: None, indentation: "", lines: Vec::new() }];
    let mut open: Option<(usize, Mark)> = None;
    let cell = || cell.clone();
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        match (marker(text), open) {
            (None, _) => runs.last_mut().expect("there is a first run").lines.push(text),
            (Some((mark, true)), Some((first, _))) => {
                return Err(ConversionError::Nested { cell: cell(), line, first, mark });
            }
            (Some((mark, true)), None) if !allowed.contains(&mark) => {
                return Err(ConversionError::Misplaced { cell: cell(), line, mark, what });
            }
            (Some((mark, true)), None) => {
                open = Some((line, mark));
                let indentation = &text[..text.len() - text.trim_start().len()];
                runs.push(Run { mark: Some(mark), indentation, lines: Vec::new() });
            }
            (Some((mark, false)), Some((_, opened))) if opened == mark => {
                open = None;
                runs.push(Run { mark: None, indentation: "", lines: Vec::new() });
            }
            (Some((_, false)), Some((line, mark))) => return Err(ConversionError::NoEnd { cell: cell(), line, mark }),
            (Some((mark, false)), None) => return Err(ConversionError::NoBeginning { cell: cell(), line, mark }),
        }
    }
    match open {
        Some((line, mark)) => Err(ConversionError::NoEnd { cell: cell(), line, mark }),
        None => Ok(runs),
    }
}

/// The region that a line begins (`true`) or ends.
fn marker(line: &str) -> Option<(Mark, bool)> {
    Mark::ALL.into_iter().find_map(|mark| {
        let after = |edge: &str| line.contains(&format!("{edge} {}", mark.words()));
        if after("BEGIN") { Some((mark, true)) } else { after("END").then_some((mark, false)) }
    })
}
