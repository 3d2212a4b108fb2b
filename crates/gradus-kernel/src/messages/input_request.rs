//! Asks the user for a line.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#messages-on-the-stdin-router-dealer-channel>

use serde::Serialize;

use crate::state::State;
use crate::wire::Message;

/// A line, please.
#[derive(Debug, Serialize)]
struct InputRequest<'a> {
    prompt: &'a str,
    password: bool,
}

/// Asks the frontend that sent the cell.
pub fn ask(state: &State, cell: &Message, prompt: &str, password: bool) {
    let header = state.session.header("input_request");
    let content = InputRequest { prompt, password };
    let _ = state.stdin.send(state.session.encode(&cell.identities, &header, Some(&cell.raw_header), &content));
}
