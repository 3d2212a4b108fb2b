//! From an assignment's one source to what students get, in typed steps.
//!
//! ```text
//! Source ──solution──> Notebook      the staff's: answers, rubrics and hidden checks in it
//!   │ ───reference──> Rust           the answers as one file, for the grader
//!   └─strip─> Stripped ─clear─> Cleared ─release─> Released      the students': notebook and starter
//! ```
//!
//! Each step is the only way to the next, so nothing can be released that was not stripped and cleared. Whether a
//! staff's mark is left in the result is for the caller to look at: this crate is in students' programs, too, and
//! does not know the mark.

mod error;
mod nbgrader;
mod reference;
mod region;
mod role;
mod source;

pub use error::SourceError;
pub use role::Role;
pub use source::{Cleared, Question, Released, Source, Stripped, WrittenQuestion};
