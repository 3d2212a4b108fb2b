//! Why a notebook cannot be converted: cell, line, reason, hint.

use std::fmt::{self, Display, Formatter};

use thiserror::Error;

use super::marks::Mark;

/// A cell of the notebook, and its grade id if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The notebook's file name.
    pub notebook: String,
    /// Its place in the notebook, from 1.
    pub number: usize,
    /// What nbgrader calls it.
    pub grade_id: Option<String>,
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}, cell {}", self.notebook, self.number)?;
        self.grade_id.iter().try_for_each(|id| write!(f, " (`{id}`)"))
    }
}

/// Why a notebook cannot be converted. Lines count from 1 in their cell.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConversionError {
    /// No cell has nbgrader's metadata.
    #[error("no cell has nbgrader's metadata")]
    NotNbgrader,
    /// Metadata of a version that is not known.
    #[error("{cell}: nbgrader's metadata have version {version}; 1 to 3 are known")]
    Version {
        /// The cell.
        cell: Place,
        /// The version.
        version: u64,
    },
    /// Metadata that cannot be read.
    #[error("{cell}: nbgrader's metadata cannot be read: {reason}")]
    Metadata {
        /// The cell.
        cell: Place,
        /// Why.
        reason: String,
    },
    /// A grade id that is no id of a cell.
    #[error("{cell}: this grade id cannot be a cell's id")]
    Id {
        /// The cell.
        cell: Place,
    },
    /// Two cells with one grade id.
    #[error("{cell}: cell {first} has the same grade id")]
    DuplicateId {
        /// The second cell.
        cell: Place,
        /// The first cell's number.
        first: usize,
    },
    /// A cell of a kind that its metadata do not go with.
    #[error("{cell}: {what} is {wanted}")]
    CellType {
        /// The cell.
        cell: Place,
        /// What the metadata say that it is.
        what: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A region in a region.
    #[error("{cell}, line {line}: {mark} begins inside the region that began at line {first}")]
    Nested {
        /// The cell.
        cell: Place,
        /// The second beginning.
        line: usize,
        /// The first beginning.
        first: usize,
        /// What begins.
        mark: Mark,
    },
    /// A region without an end.
    #[error("{cell}, line {line}: {mark} begins here and has no end in its cell")]
    NoEnd {
        /// The cell.
        cell: Place,
        /// The beginning.
        line: usize,
        /// What begins.
        mark: Mark,
    },
    /// An end without a beginning.
    #[error("{cell}, line {line}: {mark} ends here and has no beginning in this cell")]
    NoBeginning {
        /// The cell.
        cell: Place,
        /// The end.
        line: usize,
        /// What ends.
        mark: Mark,
    },
    /// A region in a cell where it means nothing.
    #[error("{cell}, line {line}: {mark} begins in a cell that {what}")]
    Misplaced {
        /// The cell.
        cell: Place,
        /// The beginning.
        line: usize,
        /// What begins.
        mark: Mark,
        /// What the cell is.
        what: &'static str,
    },
}

impl ConversionError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotNbgrader => {
                "Give the folder of an assignment in nbgrader's `source`, whose cells have been marked in Jupyter."
            }
            Self::Version { .. } => "Run `nbgrader update` on the notebook with a version of nbgrader up to 0.9.",
            Self::Metadata { .. } | Self::CellType { .. } => {
                "Open the notebook in Jupyter with nbgrader's \"Create Assignment\" and set the cell's type anew."
            }
            Self::Id { .. } => "Use 1 to 64 of the characters a-z, A-Z, 0-9, `-` and `_` as the cell's grade id.",
            Self::DuplicateId { .. } => "Give one of the two cells another grade id.",
            Self::Nested { .. } | Self::NoEnd { .. } | Self::NoBeginning { .. } => {
                "Each BEGIN line needs its END line below it in the same cell, and no other BEGIN in between."
            }
            Self::Misplaced { .. } => {
                "Solutions stand in answers, hidden tests in tests, mark schemes in what is graded by hand."
            }
        }
    }
}
