//! Why a cell did not end well; in the reply and for everybody.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#execution-errors>

use gradus_engine::CellError;
use serde::Serialize;

use crate::iopub::Broadcast;

/// Why a cell did not end well.
#[derive(Debug, Clone, Serialize)]
pub struct Error {
    /// A short name.
    pub ename: String,
    /// One line.
    pub evalue: String,
    /// What the user reads, with colours.
    pub traceback: Vec<String>,
}

impl Broadcast for Error {
    const TYPE: &'static str = "error";
}

impl From<CellError> for Error {
    fn from(error: CellError) -> Self {
        Self { ename: error.name, evalue: error.message, traceback: error.traceback }
    }
}
