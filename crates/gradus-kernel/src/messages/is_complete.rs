//! Whether a cell's text is finished, for consoles that run a cell at the Enter key.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#code-completeness>

use gradus_engine::Completeness;
use serde::{Deserialize, Serialize};

use crate::exchange::Reply;

/// Whether a text is finished.
#[derive(Debug, Deserialize)]
pub struct IsCompleteRequest {
    /// The text.
    pub code: String,
}

/// Whether it is.
#[derive(Debug, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum IsCompleteReply {
    /// It can be run.
    Complete,
    /// More must follow.
    Incomplete {
        /// Spaces for the next line.
        indent: String,
    },
    /// It can never be run.
    Invalid,
}

impl Reply for IsCompleteReply {
    const TYPE: &'static str = "is_complete_reply";
}

impl From<Completeness> for IsCompleteReply {
    fn from(completeness: Completeness) -> Self {
        match completeness {
            Completeness::Complete => Self::Complete,
            Completeness::Incomplete { indent } => Self::Incomplete { indent },
            Completeness::Invalid => Self::Invalid,
        }
    }
}
