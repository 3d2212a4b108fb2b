//! Which comms are open: never any, since no cell can take part in one.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#comm-info>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::{Reply, Request};
use crate::state::State;

/// Which comms are open?
#[derive(Debug, Deserialize)]
struct CommInfoRequest {}

/// These.
#[derive(Debug, Serialize)]
struct CommInfoReply {
    status: &'static str,
    comms: BTreeMap<String, Value>,
}

impl Reply for CommInfoReply {
    const TYPE: &'static str = "comm_info_reply";
}

/// Answers that there are none. JupyterLab waits for it when it connects.
pub fn answer(state: &State, request: &Request) {
    request.answer(&state.iopub, |_: CommInfoRequest| CommInfoReply { status: "ok", comms: BTreeMap::new() });
}
