//! The user's line.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#messages-on-the-stdin-router-dealer-channel>

use serde::Deserialize;

use crate::log;
use crate::state::State;
use crate::wire::Message;

/// The user's line.
#[derive(Debug, Deserialize)]
struct InputReply {
    value: Option<String>,
}

/// Hands it to the cell that asked; a refusal has no value.
pub fn take(state: &State, message: &Message) {
    match message.parse::<InputReply>() {
        Ok(reply) => state.answer_question(reply.value),
        Err(error) => log(&format!("an answer was ignored: {error}")),
    }
}
