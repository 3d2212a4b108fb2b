//! What cells need where evcxr, and not `gradus-engine` itself, compiles and runs them.
//!
//! evcxr reads what a cell prints line by line, and keeps to itself that a cell panicked or ended by `?`. So here frames
//! end their line, and evcxr's own announcements, which are calls of `println!` in the code that it generates, are told
//! to the engine in a frame first. The names in them are those of evcxr 0.22.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};
use std::panic;
use std::sync::OnceLock;
use std::thread::{self, ThreadId};

use serde_json::{Value, json};

use crate::frame;
use crate::notebook::write_error;
pub use crate::{evcxr_print as print, evcxr_println as println};

/// The thread that runs cells.
static CELL_THREAD: OnceLock<ThreadId> = OnceLock::new();

thread_local! {
    static LAST_PANIC: RefCell<Option<Value>> = const { RefCell::new(None) };
    static LAST_ERROR: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Prepares the process; to be called on the thread that runs cells.
pub fn install() {
    frame::end_lines();
    crate::rich::install();
    let _ = CELL_THREAD.set(thread::current().id());
    panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("a value that is no text");
        let (file, line, column) =
            panic.location().map_or(("", 0, 0), |place| (place.file(), place.line(), place.column()));
        if CELL_THREAD.get() == Some(&thread::current().id()) {
            LAST_PANIC.set(Some(json!({ "message": message, "file": file, "line": line, "column": column })));
        } else {
            write_error(format_args!("a thread panicked at {file}:{line}:{column}: {message}"), true);
        }
    }));
}

/// The cell has ended in a panic.
#[doc(hidden)]
pub fn panicked() {
    frame::write(&json!({ "end": { "panic": LAST_PANIC.take() } }));
}

/// The cell has ended by `?`. evcxr has written the error to standard error just before.
#[doc(hidden)]
pub fn failed() {
    frame::write(&json!({ "end": { "failure": { "type": "error", "text": LAST_ERROR.take() } } }));
}

/// Remembers a line that goes to standard error.
pub(crate) fn remember_error(text: &str) {
    if !frame::ends_line() {
        return;
    }
    LAST_ERROR.set(text.trim_end().to_owned());
}

/// Text for standard output. A line that is not at its end would be lost in evcxr, so a frame ends it.
#[doc(hidden)]
pub fn write_text(text: fmt::Arguments<'_>) {
    let text = text.to_string();
    // Nobody is left to read it when standard output is closed.
    let _ = io::stdout().write_all(text.as_bytes());
    if !text.ends_with('\n') {
        frame::write(&json!({}));
    }
}

/// As in the standard library, but a line without its end is shown at once.
#[macro_export]
macro_rules! evcxr_print {
    ($($argument:tt)*) => { $crate::evcxr::write_text(::std::format_args!($($argument)*)) };
}

/// As in the standard library, but evcxr's announcements are passed on.
#[macro_export]
macro_rules! evcxr_println {
    ("EVCXR_PANIC_NOTIFICATION") => {{
        $crate::evcxr::panicked();
        ::std::println!("EVCXR_PANIC_NOTIFICATION")
    }};
    ("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED) => {{
        $crate::evcxr::failed();
        ::std::println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED)
    }};
    ($($argument:tt)*) => { ::std::println!($($argument)*) };
}
