//! What a panic says, and where.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::panic;
use std::thread;

use gradus_prelude::notebook::write_error;
use serde_json::{Value, json};

/// The thread that runs cells.
pub const CELL_THREAD: &str = "cell";

thread_local! {
    static LAST: RefCell<Option<Value>> = const { RefCell::new(None) };
}

/// From now on a panic in a cell is kept for [`take`], and one in another thread is printed.
pub fn keep() {
    panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("a value that is no text");
        let (file, line, column) =
            panic.location().map_or(("", 0, 0), |place| (place.file(), place.line(), place.column()));
        let thread = thread::current();
        if thread.name() == Some(CELL_THREAD) {
            let frames = if is_cell(file) { Vec::new() } else { frames_in_cells(&Backtrace::force_capture()) };
            let said = json!({ "message": message, "file": file, "line": line, "column": column, "frames": frames });
            LAST.set(Some(said));
        } else {
            let name = thread.name().unwrap_or("without a name");
            write_error(format_args!("thread `{name}` panicked at {file}:{line}:{column}: {message}"), true);
        }
    }));
}

/// The last panic of this thread.
pub fn take() -> Option<Value> {
    LAST.take()
}

/// Files and lines of cells on the way to the panic, the innermost first.
fn frames_in_cells(backtrace: &Backtrace) -> Vec<Value> {
    // The text is all that the standard library gives: "  at ./cell_3.rs:5:9" on a line of its own.
    let text = backtrace.to_string();
    let places = text.lines().filter_map(|line| line.trim_start().strip_prefix("at "));
    places
        .filter_map(|place| {
            let mut parts = place.rsplitn(3, ':');
            let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
            let (line, column) = (line.parse::<u32>().ok()?, column.parse::<u32>().ok()?);
            is_cell(file).then(|| json!([file, line, column]))
        })
        .collect()
}

/// Whether the engine gave the file its name.
fn is_cell(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.starts_with("cell_") || name.starts_with("items_")
}
