//! Stops the running cell.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#kernel-interrupt>

use serde::{Deserialize, Serialize};

use crate::exchange::{Reply, Request};
use crate::state::State;

/// Stop.
#[derive(Debug, Deserialize)]
struct InterruptRequest {}

/// It is being stopped.
#[derive(Debug, Serialize)]
struct InterruptReply {
    status: &'static str,
}

impl Reply for InterruptReply {
    const TYPE: &'static str = "interrupt_reply";
}

/// Stops the running cell, if there is one; the cell's own reply says how it ended.
pub fn answer(state: &State, request: &Request) {
    request.answer(&state.iopub, |_: InterruptRequest| {
        state.interrupt();
        InterruptReply { status: "ok" }
    });
}
