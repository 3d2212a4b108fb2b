//! A frontend opens a comm.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#opening-a-comm>

use serde::Deserialize;

use crate::exchange::Request;
use crate::messages::comm_close::CommClose;
use crate::state::State;

/// A frontend opens a comm.
#[derive(Debug, Deserialize)]
struct CommOpen {
    comm_id: String,
}

/// Nobody here knows its target, and then the specification asks to close it at once.
pub fn take(state: &State, request: &Request) {
    request.acknowledge(&state.iopub, |content: CommOpen| {
        state.iopub.publish(Some(&request.message), &CommClose::of(content.comm_id));
    });
}
