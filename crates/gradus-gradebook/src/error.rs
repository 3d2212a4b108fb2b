//! What can go wrong with a gradebook.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::Place;

/// Why a gradebook could not do what was asked.
#[derive(Debug, Error)]
pub enum GradebookError {
    /// It cannot be opened, or is no gradebook.
    #[error("cannot open the gradebook {place}: {source}")]
    Open {
        /// Where it is.
        place: Place,
        /// What the database said.
        source: sqlx::Error,
    },
    /// It cannot be brought to the form that this program works with.
    #[error("the gradebook {place} has another form than this program's: {source}")]
    Form {
        /// Where it is.
        place: Place,
        /// What the database said.
        source: sqlx::migrate::MigrateError,
    },
    /// There is none, where one is needed.
    #[error("there is no gradebook {place}")]
    NotThere {
        /// Where it is.
        place: Place,
    },
    /// Something could not be read or written in it.
    #[error("the gradebook {place} cannot be read or written: {source}")]
    Database {
        /// Where it is.
        place: Place,
        /// What the database said.
        source: sqlx::Error,
    },
    /// A recorded grading is not what this program wrote.
    #[error("the record of {student}'s {assignment} in the gradebook cannot be read: {source}")]
    Record {
        /// Whose.
        student: String,
        /// Of which assignment.
        assignment: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A submission's files cannot be read, or are more than a gradebook keeps.
    #[error("cannot keep {}: {source}", .path.display())]
    Content {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file with a list of students is not one.
    #[error("{}, line {line}: {what}", .path.display())]
    Roster {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A table could not be written.
    #[error("cannot write the table: {source}")]
    Table {
        /// What the library said.
        #[from]
        source: csv::Error,
    },
    /// Nobody of that name is in the gradebook.
    #[error("nobody called `{name}` is in the gradebook")]
    NoStudent {
        /// The name.
        name: String,
    },
}

impl GradebookError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open { place: Place::Server(_), .. } => {
                "does the server run, and may this user connect? the database has to be there (createdb makes one); a password can be in PGPASSWORD or ~/.pgpass"
            }
            Self::Open { .. } => {
                "give the file of a gradebook, in a folder that you may write to; it is made if it is not there"
            }
            Self::Form { .. } => "was it written by a newer gradus? use that one, or another file with --gradebook",
            Self::NotThere { .. } => "give the file with --gradebook; `gradus grade` makes one in its output folder",
            Self::Database { .. } => {
                "is the disk full, the file read-only, or the server down? what was recorded before is safe: run the command again"
            }
            Self::Record { .. } => "grade this submission again with --force",
            Self::Content { .. } => "make its files readable, and leave out what is not part of the answer",
            Self::Roster { .. } => {
                "a roster is CSV with a line of headings; `name` is needed, and `full_name`, `email`, `section`, `canvas_id`, `sis_user_id`, `sis_login_id` and `moodle_id` may follow"
            }
            Self::Table { .. } => "is the disk full?",
            Self::NoStudent { .. } => {
                "students are called as their submissions are, and in the roster; `gradus gradebook show` lists them"
            }
        }
    }
}
