//! Messages to and from the engine: JSON behind its length in four bytes.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::Value;

/// One end of the socket. Nothing is read ahead, so that a checkpoint can go on where the worker stopped.
pub struct Channel {
    stream: UnixStream,
}

impl Channel {
    pub fn new(stream: UnixStream) -> Self {
        Self { stream }
    }

    pub fn send(&mut self, message: &Value) -> io::Result<()> {
        let text = message.to_string();
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.stream.write_all(&[&length.to_le_bytes(), text.as_bytes()].concat())
    }

    /// The next message; `None` when the engine is gone.
    pub fn receive(&mut self) -> Option<Value> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length).ok()?;
        let mut text = vec![0; u32::from_le_bytes(length) as usize];
        self.stream.read_exact(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }
}
