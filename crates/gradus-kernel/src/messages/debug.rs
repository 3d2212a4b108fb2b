//! The debugger's requests, as in the Debug Adapter Protocol.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#debug-request>

use serde::{Deserialize, Serialize};

use crate::exchange::{Reply, Request};
use crate::state::State;

/// Something is wanted of the debugger.
#[derive(Debug, Deserialize)]
struct DebugRequest {
    #[serde(default)]
    seq: i64,
    #[serde(default)]
    command: String,
}

/// There is none.
#[derive(Debug, Serialize)]
struct DebugReply {
    seq: i64,
    r#type: &'static str,
    request_seq: i64,
    success: bool,
    command: String,
    message: &'static str,
}

impl Reply for DebugReply {
    const TYPE: &'static str = "debug_reply";
}

/// Answers that there is no debugger, which is better than silence.
pub fn answer(state: &State, request: &Request) {
    request.answer(&state.iopub, |content: DebugRequest| DebugReply {
        seq: content.seq,
        r#type: "response",
        request_seq: content.seq,
        success: false,
        command: content.command,
        message: "this kernel has no debugger",
    });
}
