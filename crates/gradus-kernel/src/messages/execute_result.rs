//! The value of a cell.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#id6>

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::iopub::Broadcast;

/// The value of a cell.
#[derive(Debug, Serialize)]
pub struct ExecuteResult {
    /// The cell's number.
    pub execution_count: u32,
    /// MIME type to content.
    pub data: BTreeMap<String, Value>,
    /// Nothing, so far.
    pub metadata: BTreeMap<String, Value>,
}

impl Broadcast for ExecuteResult {
    const TYPE: &'static str = "execute_result";
}
