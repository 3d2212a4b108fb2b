//! Reports: what the outcomes of grading look like to Gradescope, to students, to staff and on the terminal.
//!
//! | artefact | made by | for |
//! | --- | --- | --- |
//! | `DIR/<name>/results.json` | [`write()`], and [`write_unfinished`] meanwhile, of what [`results`] defines | Gradescope |
//! | `DIR/<name>/report.html` | [`write()`] | the student |
//! | `DIR/class.html` | [`write_class`] | staff |
//! | `DIR/scores.csv`, `--format json` | [`write_scores`], [`json`] | staff and their programs |
//! | tables of scores and of times | [`table`](table()), [`timings_table`] | who runs the grader |
//! | any other table of words, any other page | [`plain_table`], [`html_page`] | who runs the grader |
//! | the public checks' results in words | [`feedback`](feedback()) | the student at a terminal |
//! | what is still to do before handing in | [`questions`](questions()), [`questions_table`] | the student at a terminal |
//!
//! All are made from [`Outcome`]s alone: nothing here runs or judges anything. What a student wrote can stand in any
//! text, so every text is cut, and made visible where it would hide or reorder, before it goes into a report.
//! [`write()`], [`write_scores`] and [`write_class`] put the files in place; the other functions only make text.

pub mod class;
mod feedback;
mod html;
mod questions;
mod remark;
pub mod results;
mod scores;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use thiserror::Error;

pub use self::feedback::feedback;
pub use self::html::{
    body as html_body, name as html_name, whole as html_page, whole_with_forms as html_page_with_forms,
};
pub use self::questions::{Question, QuestionProgress, questions, questions_table};
pub use self::scores::{json, spreadsheet_cell};
pub use self::table::{WIDTH, plain_table, table, timings_table};
pub use self::text::{counted, one_line, shown};
use crate::grade::{Grade, Outcome};

/// Why a report could not be put in place.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A folder could not be made.
    #[error("cannot make the folder {}: {source}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A submission's name cannot be a folder's name.
    #[error("the submission's name {name:?} cannot name a folder")]
    Name {
        /// The name.
        name: String,
    },
}

impl ReportError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Folder { source, .. } | Self::File { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "choose an output folder that you may write to, with --out"
                }
                io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
                    "something else stands in the way: move it, or choose another output folder with --out"
                }
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "free some disk space, or choose an output folder on another disk with --out"
                }
                _ => "check the output folder, or choose another with --out",
            },
            Self::Name { .. } => "rename the submission's file or folder",
        }
    }
}

/// Writes `results.json` and `report.html` into `directory`, in a folder named after the submission.
///
/// Both appear whole or not at all, `results.json` last: where it stands, the report beside it is complete.
///
/// # Errors
/// When the folder cannot be made or a file cannot be written.
pub fn write(outcome: &Outcome, directory: &Path) -> Result<(), ReportError> {
    let folder = folder_of(outcome.submission(), directory)?;
    write_whole(&folder, "report.html", &html::page(outcome))?;
    write_whole(&folder, "results.json", &results::to_json(&results::results(outcome)))
}

/// Writes the `results.json` of a submission that is still being graded, of whose checks there are `all`, worth `max_points`.
///
/// # Errors
/// As [`write()`].
pub fn write_unfinished(grade: &Grade, all: usize, max_points: u32, directory: &Path) -> Result<(), ReportError> {
    let folder = folder_of(&grade.submission, directory)?;
    write_whole(&folder, "results.json", &results::to_json(&results::unfinished(grade, all, max_points)))
}

/// Writes `scores.csv` into `directory`.
///
/// # Errors
/// When the folder cannot be made or the file cannot be written.
pub fn write_scores(outcomes: &[Outcome], directory: &Path) -> Result<(), ReportError> {
    let path = || directory.join("scores.csv");
    let text = scores::csv(outcomes).map_err(|error| ReportError::File { path: path(), source: error.into() })?;
    make_folder(directory)?;
    write_whole(directory, "scores.csv", &text)
}

/// Writes `class.html` into `directory`: what is to be known about a class as a whole.
///
/// # Errors
/// When the folder cannot be made or the file cannot be written.
pub fn write_class(outcomes: &[Outcome], directory: &Path) -> Result<(), ReportError> {
    make_folder(directory)?;
    write_whole(directory, "class.html", &html::class_page(&class::Class::of(outcomes)))
}

/// The folder of a submission's reports, which is there then. Under a name that one of our own files has beside it, a
/// submission gets a longer one.
fn folder_of(name: &str, directory: &Path) -> Result<PathBuf, ReportError> {
    let mut components = Path::new(name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(component)), None) if component == name && !name.contains('\0') => {}
        _ => return Err(ReportError::Name { name: name.to_owned() }),
    }
    let is_taken = ["scores.csv", "class.html"].contains(&name) || name.starts_with("gradebook.sqlite");
    let folder = directory.join(if is_taken { format!("{name}.submission") } else { name.to_owned() });
    make_folder(&folder)?;
    Ok(folder)
}

fn make_folder(path: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(path).map_err(|source| ReportError::Folder { path: path.to_owned(), source })
}

/// Writes beside the file's place and renames, so that a killed run leaves no half file.
fn write_whole(folder: &Path, name: &str, text: &str) -> Result<(), ReportError> {
    let path = folder.join(name);
    let written = (|| {
        let mut file = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            // As for any new file: the user's umask decides who may read it.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(&path)?;
        Ok(())
    })();
    written.map_err(|source| ReportError::File { path, source })
}
