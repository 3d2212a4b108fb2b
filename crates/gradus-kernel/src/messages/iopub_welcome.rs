//! Greets each subscription, so that a frontend knows from when on it misses nothing.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#welcome-message>

use bytes::Bytes;
use serde::Serialize;

use crate::wire::Session;

/// You are subscribed.
#[derive(Debug, Serialize)]
struct IopubWelcome<'a> {
    subscription: &'a str,
}

/// The greeting for a subscription; its topic is the subscription itself.
pub fn frames(session: &Session, subscription: &[u8]) -> Vec<Bytes> {
    let content = IopubWelcome { subscription: &String::from_utf8_lossy(subscription) };
    let topic = Bytes::copy_from_slice(subscription);
    session.encode(&[topic], &session.header("iopub_welcome"), None, &content)
}
