//! Messages to the notebook in between a cell's output, so that both arrive in order.
//!
//! A frame is an application program command of ECMA-48, `ESC _ gradus; JSON ESC \`. Terminals ignore it, and JSON
//! has no ESC in it.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

/// What a frame begins with.
pub const BEGIN: &str = "\x1b_gradus;";
/// What a frame ends with.
pub const END: &str = "\x1b\\";

/// Whether each frame ends its line, for readers of whole lines.
static ENDS_LINE: AtomicBool = AtomicBool::new(false);

/// Writes a frame to standard output.
pub fn write(message: &Value) {
    let newline = if ends_line() { "\n" } else { "" };
    let mut stdout = io::stdout().lock();
    // Nobody is left to hear of it when standard output is closed.
    let _ = write!(stdout, "{BEGIN}{message}{END}{newline}").and_then(|()| stdout.flush());
}

/// From now on each frame ends its line.
pub(crate) fn end_lines() {
    ENDS_LINE.store(true, Ordering::Relaxed);
}

/// Whether each frame ends its line.
pub(crate) fn ends_line() -> bool {
    ENDS_LINE.load(Ordering::Relaxed)
}
