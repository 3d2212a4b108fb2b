//! The process that owns a notebook's variables and runs its cells.
//!
//! Three kinds of process come out of this program. The *supervisor* (this file) starts first, never loads a cell, reaps
//! everything and tells how it ended. Its child is the *worker*, which loads and runs cells. Before each cell the worker
//! forks a *checkpoint*, which sleeps, and takes over as the worker when the worker is gone.
//!
//! All of them talk to the engine over one Unix socket, whose path is the only argument. Compiling is the engine's.

mod channel;
mod checkpoint;
mod panics;
mod worker;

use std::env;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use rustix::process::{self, Signal, WaitOptions};
use serde_json::json;

use channel::Channel;
use checkpoint::Fork;

fn main() -> ExitCode {
    let Some(socket) = env::args_os().nth(1).map(PathBuf::from) else {
        return ExitCode::from(2);
    };
    match supervise(&socket) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}

/// Starts the worker and tells how processes end, until none is left.
fn supervise(socket: &std::path::Path) -> io::Result<()> {
    // A session of its own: an interrupt from the terminal is the engine's, and the group can be killed as one.
    process::setsid()?;
    // Checkpoints, whose parent is gone when they take over, become children of this process.
    process::set_child_subreaper(Some(process::getpid()))?;
    if let Fork::Child = checkpoint::fork()? {
        worker::run(socket);
    }
    let stream = UnixStream::connect(socket)?;
    let mut channel = Channel::new(stream.try_clone()?);
    channel.send(&json!({ "supervisor": process::getpid().as_raw_nonzero().get() }))?;
    thread::spawn(move || kill_everything_when_closed(stream));
    loop {
        match process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) => channel.send(&json!({
                "exit": pid.as_raw_nonzero().get(),
                "code": status.exit_status(),
                "signal": status.terminating_signal(),
            }))?,
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Ok(()),
        }
    }
}

/// When the engine is gone, nothing of this notebook may go on.
fn kill_everything_when_closed(mut stream: UnixStream) {
    let mut byte = [0];
    while matches!(stream.read(&mut byte), Ok(1)) {}
    let _ = process::kill_process_group(process::getpgrp(), Signal::KILL);
}
