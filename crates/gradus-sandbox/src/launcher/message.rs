//! What job and keeper tell the launcher through a pipe, one line of JSON each.

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::failure::Failure;

/// One message. Each is shorter than a pipe writes at one go, so that two writers cannot mix theirs.
#[derive(Debug, Serialize, Deserialize)]
pub enum Message {
    /// Something particular about this run.
    Note(String),
    /// The job was not started.
    NotStarted(Failure),
    /// The job ended: exit code, or negative number of the signal; CPU time of it and all others.
    Ended { status: i32, cpu: Duration },
}

/// Sends a message. If nobody reads it any more, there is nobody to tell.
pub fn tell(mut pipe: &File, message: &Message) {
    let Ok(mut line) = serde_json::to_vec(message) else { return };
    line.push(b'\n');
    let _ = pipe.write_all(&line);
}

/// The messages in what was read from the pipe; a line that is none is a note that says so.
pub fn parse(text: &[u8]) -> Vec<Message> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| {
            serde_json::from_slice(line)
                .unwrap_or_else(|_| Message::Note("an unreadable message from the keeper".into()))
        })
        .collect()
}
