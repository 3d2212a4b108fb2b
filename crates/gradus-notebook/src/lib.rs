//! Reads what a student hands in (notebook, Rust file, zip archive, folder) and finds the answers in it.
//!
//! [`read_submission`] gives the wanted functions and everything they mention as [`Fragment`]s of source
//! text with their places. It never panics, whatever the input. [`Notebook`] is the notebook format for
//! reading and writing back, and [`Notebook::from_percent`] makes notebooks from a source in percent format.
//! [`authoring`] derives what students and staff get from an assignment's source; [`conversion`] makes such a source of
//! another system's notebook.
//!
//! [`pack`] makes an archive to hand in, which [`read_submission`] reads.
//!
//! Compiling, judging and points are left to others.

mod answers;
mod archive;
pub mod authoring;
mod bulk;
mod candidate;
pub mod conversion;
mod deep_stack;
mod error;
mod files;
mod fragment;
mod hand_in;
mod import_choice;
mod imports;
mod item;
mod lines;
mod names;
mod notebook;
mod percent;
mod recover;
mod regions;
mod select;
mod split;
mod student_notebook;
mod submission;
mod to_percent;
mod tokens;

pub use archive::{MAX_BYTES as MAX_ARCHIVE_BYTES, MAX_ENTRIES as MAX_ARCHIVE_ENTRIES, MAX_RATIO, MAX_UNPACKED_BYTES};
pub use bulk::{Bulk, HandedIn, Platform};
pub use error::SubmissionError;
pub use files::{MAX_FOLDER_ENTRIES, MAX_NOTEBOOK_BYTES, MAX_SOURCE_BYTES};
pub use fragment::{
    CellPlace, Fragment, FragmentKind, Import, LeftOut, LeftOutReason, Note, Origin, ParseFault, Submission,
};
pub use hand_in::{RECORD_NAME, Record, pack};
pub use notebook::{Cell, CellType, Notebook, NotebookError};
pub use percent::PercentError;
pub use submission::{Wanted, read_submission, read_submission_bytes, read_texts};
pub use tokens::{calls_macro, make_public};

/// The signature of the function in `fragment` on one line, without attributes, visibility, comments and
/// trailing commas; `None` if the fragment holds no function.
///
/// ```
/// # use gradus_notebook::{Wanted, read_submission, signature_of};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let file = std::env::temp_dir().join(format!("gradus-signature-{}.rs", std::process::id()));
/// std::fs::write(&file, "pub fn step(\n    w: f64, // weight\n    dw: f64,\n) -> f64 { w - dw }\n")?;
/// let submission = read_submission(&file, &[Wanted { function: "step", cell_id: None }], &[])?;
/// assert_eq!(signature_of(&submission.fragments[0]).as_deref(), Some("fn step(w: f64, dw: f64) -> f64"));
/// # std::fs::remove_file(&file)?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn signature_of(fragment: &Fragment) -> Option<String> {
    match fragment.kind {
        FragmentKind::Answer { .. } | FragmentKind::Item | FragmentKind::Unparsed { .. } => {
            deep_stack::with_own_spans(|| tokens::signature(&fragment.text))
        }
        _ => None,
    }
}
