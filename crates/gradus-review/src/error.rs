//! What can go wrong between a browser and a gradebook.

use std::io;

use axum::http::StatusCode;
use gradus_gradebook::GradebookError;
use thiserror::Error;

use crate::ScoreError;

/// Why there is no page, or why a change was not made.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// The server cannot be started, or ended.
    #[error("cannot serve on {address}: {source}")]
    Serve {
        /// Where.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The gradebook cannot be read or written.
    #[error(transparent)]
    Gradebook(#[from] GradebookError),
    /// A score cannot be given.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// There is no such thing.
    #[error("there is no {what}")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// What a form sent cannot be read.
    #[error("{what}")]
    Form {
        /// What is wrong with it.
        what: String,
    },
    /// The request does not come from a page of this server.
    #[error("{what}")]
    Refused {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A page could not be made: our own fault.
    #[error("the page could not be made: {reason}")]
    Fault {
        /// What happened.
        reason: String,
    },
}

impl ReviewError {
    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Serve { .. } => "choose another port with --port; 0 takes any that is free".to_owned(),
            Self::Gradebook(error) => error.hint().to_owned(),
            Self::Score(error) => error.hint(),
            Self::NotFound { .. } => "go back to the list, which shows everything that is in the gradebook".to_owned(),
            Self::Form { .. } => "go back, put it right, and send it again; nothing was changed".to_owned(),
            Self::Refused { .. } => "open the whole address that `gradus gradebook serve` printed".to_owned(),
            Self::Fault { .. } => "nothing was changed; try it again, and report it if it stays".to_owned(),
        }
    }

    /// How HTTP calls it.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Serve { .. } | Self::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Gradebook(GradebookError::NoStudent { .. }) | Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Gradebook(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Score(_) | Self::Form { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused { .. } => StatusCode::FORBIDDEN,
        }
    }
}
