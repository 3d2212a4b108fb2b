//! Where the sockets are: an old question, whose answer every frontend has in its connection file.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#connect>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exchange::{Reply, Request};
use crate::state::State;

/// Where are the sockets?
#[derive(Debug, Deserialize)]
struct ConnectRequest {}

/// Where the connection file says.
#[derive(Debug, Default, Serialize)]
struct ConnectReply {
    #[serde(flatten)]
    ports: BTreeMap<&'static str, u16>,
}

impl Reply for ConnectReply {
    const TYPE: &'static str = "connect_reply";
}

/// Answers.
pub fn answer(state: &State, request: &Request) {
    request.answer(&state.iopub, |_: ConnectRequest| ConnectReply { ports: state.ports.clone() });
}
