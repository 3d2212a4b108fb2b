//! Ends the kernel. A restart is a shutdown after which the frontend starts another kernel.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#kernel-shutdown>

use serde::{Deserialize, Serialize};

use crate::exchange::{Reply, Request};
use crate::iopub::Broadcast;
use crate::state::State;

/// End.
#[derive(Debug, Deserialize)]
struct ShutdownRequest {
    #[serde(default)]
    restart: bool,
}

/// Ending.
#[derive(Debug, Serialize)]
struct ShutdownReply {
    status: &'static str,
    restart: bool,
}

impl Reply for ShutdownReply {
    const TYPE: &'static str = "shutdown_reply";
}

/// The other frontends learn of it too.
impl Broadcast for ShutdownReply {
    const TYPE: &'static str = "shutdown_reply";
}

/// Answers, and tells everybody; whoever called ends the kernel after it.
pub fn answer(state: &State, request: &Request) {
    request.answer(&state.iopub, |content: ShutdownRequest| {
        let reply = ShutdownReply { status: "ok", restart: content.restart };
        state.iopub.publish(Some(&request.message), &reply);
        reply
    });
}
