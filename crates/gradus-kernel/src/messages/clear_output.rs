//! Removes what a cell has shown.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#clear-output>

use serde::Serialize;

use crate::iopub::Broadcast;

/// Removes what a cell has shown.
#[derive(Debug, Serialize)]
pub struct ClearOutput {
    /// Only when the next output comes.
    pub wait: bool,
}

impl Broadcast for ClearOutput {
    const TYPE: &'static str = "clear_output";
}
