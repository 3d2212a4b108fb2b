//! From assignments of other systems to a source in percent format, for [`crate::authoring`] to read.
//!
//! What a system knows and a source does not, such as the points of a test, is told beside the source. Interface, checks
//! and recorded answers of the new assignment are the author's to write.

mod error;
mod marks;
mod nbgrader;

pub use error::{ConversionError, Place};
pub use nbgrader::from_nbgrader;

/// An assignment's source, made from another system's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The cells in percent format.
    pub source: String,
    /// What is left to do by hand, cell by cell.
    pub remarks: Vec<Remark>,
}

/// Something about a cell that its author has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The cell's id in the source.
    pub cell: String,
    /// What it is.
    pub text: String,
}
