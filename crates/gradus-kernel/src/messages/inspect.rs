//! What is known of what is at the cursor.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#introspection>

use std::collections::BTreeMap;

use gradus_engine::MimeBundle;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::Reply;
use crate::outputs::json_bundle;

/// What is known of what is at the cursor?
#[derive(Debug, Deserialize)]
pub struct InspectRequest {
    /// The cell's text so far.
    pub code: String,
    /// The cursor, in characters.
    pub cursor_pos: usize,
    /// 0 for a first look, 1 for all.
    #[serde(default)]
    pub detail_level: u8,
}

/// This is.
#[derive(Debug, Serialize)]
pub struct InspectReply {
    status: &'static str,
    found: bool,
    data: BTreeMap<String, Value>,
    metadata: BTreeMap<String, Value>,
}

impl InspectReply {
    /// The assistant's answer.
    pub fn new(found: Option<MimeBundle>) -> Self {
        let (is_found, data) = (found.is_some(), json_bundle(found.unwrap_or_default()));
        Self { status: "ok", found: is_found, data, metadata: BTreeMap::new() }
    }
}

impl Reply for InspectReply {
    const TYPE: &'static str = "inspect_reply";
}
