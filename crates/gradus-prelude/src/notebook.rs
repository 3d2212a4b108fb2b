//! What a cell can call: pictures and other rich output, clearing it, questions to the user.
//!
//! All of it is in scope in every cell.

use std::fmt;
use std::io::{self, BufRead};

use serde_json::{Map, Value, json};

use crate::display::Show;
#[cfg(feature = "topics")]
pub use crate::rich::train;
pub use crate::rich::{LiveTraining, figure, show_images, training};
pub use crate::show;
use crate::{evcxr, frame};

/// Shows a value below the cell, now.
pub fn show<T: Show + ?Sized>(value: &T) {
    frame::write(&json!({ "display": value.picture() }));
}

/// Shows content of a MIME type; binary content in base64.
pub fn show_as(mime_type: &str, content: impl Into<String>) {
    frame::write(&json!({ "display": bundle(mime_type, content.into()) }));
}

/// Shows content under a name, so that [`show_again`] can replace it.
pub fn show_named(name: &str, mime_type: &str, content: impl Into<String>) {
    frame::write(&json!({ "display": bundle(mime_type, content.into()), "id": name }));
}

/// Replaces what was shown under a name.
pub fn show_again(name: &str, mime_type: &str, content: impl Into<String>) {
    frame::write(&json!({ "display": bundle(mime_type, content.into()), "id": name, "update": true }));
}

/// Removes the cell's output so far, at once.
pub fn clear_output() {
    frame::write(&json!({ "clear": { "wait": false } }));
}

/// Removes the cell's output so far as soon as there is new output, so that nothing flickers.
pub fn clear_output_on_next() {
    frame::write(&json!({ "clear": { "wait": true } }));
}

/// Asks the user for a line. `None` when there is nobody to answer.
pub fn input(prompt: &str) -> Option<String> {
    ask(prompt, false)
}

/// Asks the user for a line that is not shown.
pub fn password(prompt: &str) -> Option<String> {
    ask(prompt, true)
}

fn ask(prompt: &str, password: bool) -> Option<String> {
    if frame::ends_line() {
        // evcxr sends its own orders over standard input.
        return None;
    }
    frame::write(&json!({ "input": { "prompt": prompt, "password": password } }));
    let mut line = String::new();
    // An empty line with its newline is an answer; no line at all is none.
    let length = io::stdin().lock().read_line(&mut line).unwrap_or(0);
    (length > 0).then(|| line.trim_end_matches(['\n', '\r']).to_owned()).filter(|answer| answer != NO_ANSWER)
}

/// What the engine writes when nobody can answer.
pub const NO_ANSWER: &str = "\x04";

/// Standard error, in order with standard output. For the macros.
#[doc(hidden)]
pub fn write_error(text: fmt::Arguments<'_>, newline: bool) {
    let text = if newline { format!("{text}\n") } else { text.to_string() };
    evcxr::remember_error(&text);
    frame::write(&json!({ "stderr": text }));
}

fn bundle(mime_type: &str, content: String) -> Value {
    Value::Object(Map::from_iter([(mime_type.to_owned(), Value::String(content))]))
}
