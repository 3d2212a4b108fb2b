//! The worker: loads cells, runs them, holds the variables.

use std::error::Error;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::abort;
use std::thread;

use gradus_prelude::{Cell, Store, frame};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use rustix::process;
use serde_json::{Value, json};

use crate::channel::Channel;
use crate::checkpoint::{Checkpoint, Renewed};
use crate::panics;

/// Address space, not memory; a student's recursion may go deep.
const STACK_BYTES: usize = 256 << 20;

/// Runs cells until the engine is gone.
pub fn run(socket: &Path) -> ! {
    let socket = socket.to_owned();
    // A thread of its own, for its stack. Its fork has only this thread.
    let worker = thread::Builder::new().name(panics::CELL_THREAD.to_owned()).stack_size(STACK_BYTES).spawn(move || {
        if let Ok(stream) = UnixStream::connect(socket) {
            obey(Channel::new(stream));
        }
        leave();
    });
    if let Ok(worker) = worker {
        let _ = worker.join();
    }
    abort();
}

fn obey(mut channel: Channel) {
    panics::keep();
    gradus_prelude::rich::install();
    let mut store = Store::default();
    let mut checkpoint = Checkpoint::default();
    let ready = |channel: &mut Channel| channel.send(&json!({ "ready": process::getpid().as_raw_nonzero().get() }));
    if ready(&mut channel).is_err() {
        return;
    }
    while let Some(message) = channel.receive() {
        if let Some(cell) = message.get("run") {
            let end = match checkpoint.renew() {
                // Only from now on may the engine kill this process to stop the cell.
                Ok(Renewed::Worker) if channel.send(&json!({ "started": true })).is_err() => return,
                Ok(Renewed::Worker) => run_cell(cell, &mut store),
                Ok(Renewed::TookOver) => {
                    if ready(&mut channel).is_err() {
                        return;
                    }
                    continue;
                }
                Err(error) => json!({ "fault": format!("no checkpoint: {error}") }),
            };
            if channel.send(&json!({ "done": end, "threads": other_threads() })).is_err() {
                return;
            }
        } else if let Some(name) = message["forget"].as_str() {
            store.forget(name);
        } else if message.get("mark").is_some() {
            mark(&message);
        } else if message.get("leave").is_some() {
            leave();
        }
    }
}

fn run_cell(cell: &Value, store: &mut Store) -> Value {
    let run = match load(cell) {
        Ok(run) => run,
        Err(error) => return json!({ "fault": error }),
    };
    match catch_unwind(AssertUnwindSafe(|| run(store))) {
        Ok(Ok(())) => json!({}),
        Ok(Err(failure)) => json!({ "failure": { "type": failure.type_name, "text": failure.text } }),
        Err(_) => json!({ "panic": panics::take() }),
    }
}

fn load(cell: &Value) -> Result<Cell, String> {
    let (file, symbol) = (cell["file"].as_str().unwrap_or_default(), cell["symbol"].as_str().unwrap_or_default());
    // SAFETY: the engine has compiled the library against this program's own. Its initialisers are those of Rust
    // statics, and the symbol is a `Cell`. It is never unloaded, so that values of its types stay usable.
    #[expect(unsafe_code, reason = "loading the code of a cell")]
    unsafe {
        let library = Library::open(Some(file), RTLD_NOW | RTLD_LOCAL).map_err(told)?;
        let run: Cell = *library.get::<Cell>(symbol.as_bytes()).map_err(told)?;
        std::mem::forget(library);
        Ok(run)
    }
}

/// What failed, and what the system says of it.
fn told(error: libloading::Error) -> String {
    let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{error}{why}")
}

/// Writes the message into both outputs, behind all that the cell has written.
fn mark(message: &Value) {
    frame::write(message);
    let _ = write!(io::stderr().lock(), "{}{message}{}", frame::BEGIN, frame::END);
}

/// Threads that cells have started: all but this one, the first one of the process, which waits for this one, and those
/// of the library, which are made anew where they are missing.
fn other_threads() -> usize {
    let first = usize::from(std::fs::exists(format!("/proc/self/task/{}", std::process::id())).unwrap_or(false));
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let is_cells = |name: String| !name.starts_with("gradus-nn");
    let count =
        threads.filter(|thread| std::fs::read_to_string(thread.path().join("comm")).is_ok_and(is_cells)).count();
    count.saturating_sub(1 + first)
}

/// Ends this process without any clean-up: its checkpoint has the same files and the same statics, and goes on.
fn leave() -> ! {
    // SAFETY: ends the process at once; nothing runs after it.
    #[expect(unsafe_code, reason = "the standard library's exit runs destructors of statics")]
    unsafe {
        libc::_exit(0)
    }
}
