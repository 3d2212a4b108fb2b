//! Messages to the notebook in between a cell's output, so that both arrive in order.
//!
//! A frame is an application program command of ECMA-48, `ESC _ gradus; JSON ESC \`. Terminals ignore it, and JSON
//! has no ESC in it.

use std::io::{self, Write};

use serde_json::Value;

/// What a frame begins with.
pub const BEGIN: &str = "\x1b_gradus;";
/// What a frame ends with.
pub const END: &str = "\x1b\\";

/// Writes a frame to standard output.
pub fn write(message: &Value) {
    let mut stdout = io::stdout().lock();
    // Nobody is left to hear of it when standard output is closed.
    let _ = write!(stdout, "{BEGIN}{message}{END}").and_then(|()| stdout.flush());
}
