//! Something that a cell shows, and shows anew.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#display-data>, <https://jupyter-client.readthedocs.io/en/latest/messaging.html#update-display-data>

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::iopub::Broadcast;

/// Something that a cell shows.
#[derive(Debug, Serialize)]
pub struct DisplayData {
    /// MIME type to content.
    pub data: BTreeMap<String, Value>,
    /// Nothing, so far.
    pub metadata: BTreeMap<String, Value>,
    /// What is not saved with a notebook.
    pub transient: Transient,
}

impl Broadcast for DisplayData {
    const TYPE: &'static str = "display_data";
}

/// Replaces what was shown under a name.
#[derive(Debug, Serialize)]
pub struct UpdateDisplayData {
    /// MIME type to content.
    pub data: BTreeMap<String, Value>,
    /// Nothing, so far.
    pub metadata: BTreeMap<String, Value>,
    /// The name.
    pub transient: Transient,
}

impl Broadcast for UpdateDisplayData {
    const TYPE: &'static str = "update_display_data";
}

/// What is not saved with a notebook.
#[derive(Debug, Serialize)]
pub struct Transient {
    /// A name under which it can be shown anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_id: Option<String>,
}
