//! A comm ends.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#tearing-down-comms>

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::exchange::Request;
use crate::iopub::Broadcast;
use crate::state::State;

/// A comm ends.
#[derive(Debug, Serialize)]
pub struct CommClose {
    comm_id: String,
    data: BTreeMap<String, Value>,
}

impl CommClose {
    /// This one ends.
    pub fn of(comm_id: String) -> Self {
        Self { comm_id, data: BTreeMap::new() }
    }
}

impl Broadcast for CommClose {
    const TYPE: &'static str = "comm_close";
}

/// No comm is open, so there is nothing to end.
pub fn take(state: &State, request: &Request) {
    request.acknowledge(&state.iopub, |_: IgnoredAny| ());
}
