//! What can stand at the cursor.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#completion>

use serde::{Deserialize, Serialize};

use crate::assistant::Completions;
use crate::exchange::Reply;
use crate::positions::to_character;

/// What can stand at the cursor?
#[derive(Debug, Deserialize)]
pub struct CompleteRequest {
    /// The cell's text so far.
    pub code: String,
    /// The cursor, in characters.
    pub cursor_pos: usize,
}

/// These can.
#[derive(Debug, Serialize)]
pub struct CompleteReply {
    status: &'static str,
    matches: Vec<String>,
    cursor_start: usize,
    cursor_end: usize,
    metadata: Metadata,
}

/// JupyterLab shows kinds and signatures from here.
#[derive(Debug, Serialize)]
struct Metadata {
    #[serde(rename = "_jupyter_types_experimental")]
    types: Vec<Typed>,
}

#[derive(Debug, Serialize)]
struct Typed {
    start: usize,
    end: usize,
    text: String,
    r#type: String,
    signature: String,
}

impl CompleteReply {
    /// The assistant's answer for `code`, as frontends count.
    pub fn new(code: &str, completions: Completions) -> Self {
        let start = to_character(code, completions.replaced.start);
        let end = to_character(code, completions.replaced.end);
        let matches = completions.candidates.iter().map(|candidate| candidate.text.clone()).collect();
        let types = completions.candidates.into_iter().map(|candidate| Typed {
            start,
            end,
            text: candidate.text,
            r#type: candidate.kind,
            signature: candidate.signature,
        });
        let metadata = Metadata { types: types.collect() };
        Self { status: "ok", matches, cursor_start: start, cursor_end: end, metadata }
    }
}

impl Reply for CompleteReply {
    const TYPE: &'static str = "complete_reply";
}
