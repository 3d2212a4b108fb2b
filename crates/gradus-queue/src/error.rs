//! What can go wrong with a queue.

use gradus_gradebook::{GradebookError, Place};
use thiserror::Error;

/// Why a queue could not do what was asked.
#[derive(Debug, Error)]
pub enum QueueError {
    /// The database's gradebook cannot be opened, read or written.
    #[error(transparent)]
    Gradebook(#[from] GradebookError),
    /// A queue needs a server.
    #[error("a queue cannot be in {place}: it needs a PostgreSQL database")]
    NoServer {
        /// What was given.
        place: Place,
    },
    /// The tables of the queue cannot be made or read.
    #[error("cannot use {place} as a queue: {source}")]
    Database {
        /// The database.
        place: Place,
        /// What the library said.
        source: apalis_postgres::Error,
    },
    /// This process cannot wait for anything.
    #[error("cannot start a worker: {source}")]
    Start {
        /// What the system said.
        source: std::io::Error,
    },
}

impl QueueError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Gradebook(error) => error.hint(),
            Self::NoServer { .. } => "give --queue postgres://user:password@host/database",
            Self::Database { .. } => {
                "the user needs the right to create a schema and the extension hstore in this database: CREATE on it is enough"
            }
            Self::Start { .. } => "are there too many processes or open files?",
        }
    }
}
