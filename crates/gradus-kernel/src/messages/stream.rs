//! Text that a cell prints.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#streams-stdout-stderr-etc>

use serde::Serialize;

use crate::iopub::Broadcast;

/// Text that a cell prints.
#[derive(Debug, Serialize)]
pub struct Stream {
    /// Where.
    pub name: StreamName,
    /// What.
    pub text: String,
}

impl Broadcast for Stream {
    const TYPE: &'static str = "stream";
}

/// Where text is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamName {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
