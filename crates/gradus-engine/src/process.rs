//! The process that owns the variables, seen from the engine.
//!
//! What the processes are to each other is told in `gradus-prelude`'s runner. Here: one starts them, sends cells, and
//! hears how they ended.

use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::interrupt::Stop;
use crate::library::Library;
use crate::output::Output;

/// The running process.
pub struct Process {
    supervisor: Child,
    /// Kept open: the supervisor ends everything when it closes.
    _lifeline: UnixStream,
    control: UnixStream,
    messages: Receiver<Value>,
    /// The process that holds the variables now.
    worker: u32,
    /// The one that has taken over from it, if it has said so before the worker's end was told.
    successor: Option<u32>,
    /// Threads of cells in it.
    threads: u64,
    marks: u64,
    output: Arc<Output>,
}

/// How a cell's run ended.
#[derive(Debug)]
pub enum End {
    /// To its end.
    Done,
    /// By a panic: what it said, and where.
    Panicked(Value),
    /// By `?`: the error's type and text.
    Failed {
        /// The error's type.
        type_name: String,
        /// The error as `{:?}` writes it.
        text: String,
    },
    /// The process ended.
    Died(Death),
    /// The user stopped it.
    Interrupted,
    /// It read from standard input, and there is nobody to answer.
    NoInput,
    /// The cell could not be loaded.
    Fault(String),
}

/// How the process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death {
    /// Its exit code.
    pub code: Option<i64>,
    /// The signal that ended it.
    pub signal: Option<i64>,
}

/// How long a new process, or a checkpoint that takes over, may need. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often to look whether a running cell waits for input.
const LOOK: Duration = Duration::from_millis(100);

impl Process {
    /// Starts the process. Its socket is made in `directory`.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(library: &Library, directory: &Path, output: Arc<Output>) -> io::Result<Self> {
        let socket = directory.join("socket");
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket)?;
        let mut runner = Command::new(library.runner());
        if library.moved {
            // It was linked where the standard library was then.
            runner.env("LD_LIBRARY_PATH", library.standard_library());
        }
        let mut supervisor =
            runner.arg(&socket).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let take = "they are piped";
        output.connect(
            supervisor.stdout.take().expect(take),
            supervisor.stderr.take().expect(take),
            supervisor.stdin.take().expect(take),
        );
        let (sender, messages) = mpsc::channel();
        let (mut control, mut lifeline, mut worker) = (None, None, 0);
        for _ in 0..2 {
            let mut stream = accept(&listener, &mut supervisor)?;
            let hello = receive(&mut stream).ok_or_else(|| io::Error::other("the runner ended at once"))?;
            if let Some(pid) = hello["ready"].as_u64() {
                worker = u32::try_from(pid).unwrap_or_default();
                control = Some(stream.try_clone()?);
            } else {
                lifeline = Some(stream.try_clone()?);
            }
            forward(stream, sender.clone());
        }
        let missing = || io::Error::other("the runner did not introduce itself");
        Ok(Self {
            supervisor,
            _lifeline: lifeline.ok_or_else(missing)?,
            control: control.ok_or_else(missing)?,
            messages,
            worker,
            successor: None,
            threads: 0,
            marks: 0,
            output,
        })
    }

    /// Runs the cell in `file`, and waits for its end and for all that it has written.
    ///
    /// After any other end than [`End::Done`] the variables are what they were before.
    ///
    /// # Errors
    /// When the process is lost and with it the variables.
    pub fn run(&mut self, file: &Path, symbol: &str, stop: &Stop) -> io::Result<End> {
        self.send(&json!({ "run": { "file": file, "symbol": symbol } }))?;
        let end = self.wait_for_end(stop);
        stop.released(self.worker);
        let end = if stop.is_set() { End::Interrupted } else { end? };
        match end {
            End::Done => {}
            End::Died(_) | End::Interrupted | End::NoInput => self.wait_for_successor()?,
            _ => self.step_back()?,
        }
        self.mark()?;
        Ok(end)
    }

    /// Goes back to the state before the last cell that ran.
    ///
    /// # Errors
    /// When the process is lost and with it the variables.
    pub fn step_back(&mut self) -> io::Result<()> {
        self.mark()?;
        self.send(&json!({ "leave": true }))?;
        self.wait_for_successor()
    }

    /// Drops a variable.
    ///
    /// # Errors
    /// When the process is lost.
    pub fn forget(&mut self, name: &str) -> io::Result<()> {
        self.send(&json!({ "forget": name }))
    }

    /// How many threads of earlier cells were alive when the last cell ended.
    pub fn threads(&self) -> u64 {
        self.threads
    }

    /// Whether the process has died since the last cell, by a thread of a cell, so that the state is the one before.
    pub fn has_stepped_back(&mut self) -> bool {
        while let Ok(message) = self.messages.try_recv() {
            self.note_successor(&message);
            if message["exit"].as_u64() == Some(u64::from(self.worker)) {
                return self.wait_for_successor().is_ok();
            }
        }
        false
    }

    fn wait_for_end(&mut self, stop: &Stop) -> io::Result<End> {
        let mut reads = 0;
        loop {
            let message = match self.messages.recv_timeout(LOOK) {
                Ok(message) => message,
                Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("the runner is gone")),
                Err(RecvTimeoutError::Timeout) => {
                    // Twice, so that a question of the library's own has been seen by now.
                    reads = if reads_stdin(self.worker) { reads + 1 } else { 0 };
                    if reads == 2 && !self.output.ask_for_line() {
                        stop.kill(self.worker);
                        self.wait_for_exit()?;
                        return Ok(End::NoInput);
                    }
                    continue;
                }
            };
            self.note_successor(&message);
            if message.get("started").is_some() {
                // Its checkpoint exists, so that an interrupt may end it; at once, if it came while there was none.
                stop.started(self.worker);
                continue;
            }
            if let Some(end) = message.get("done") {
                self.threads = message["threads"].as_u64().unwrap_or(0);
                return Ok(read_end(end));
            }
            if message["exit"].as_u64() == Some(u64::from(self.worker)) {
                return Ok(End::Died(Death { code: message["code"].as_i64(), signal: message["signal"].as_i64() }));
            }
        }
    }

    fn wait_for_exit(&mut self) -> io::Result<()> {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).map_err(io::Error::other)?;
            self.note_successor(&message);
            if message["exit"].as_u64() == Some(u64::from(self.worker)) {
                return Ok(());
            }
        }
    }

    fn note_successor(&mut self, message: &Value) {
        if let Some(pid) = message["ready"].as_u64() {
            self.successor = u32::try_from(pid).ok();
        }
    }

    fn wait_for_successor(&mut self) -> io::Result<()> {
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(successor) = self.successor.take() {
                self.worker = successor;
                self.threads = 0;
                return Ok(());
            }
            let left = limit.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).map_err(|error| match error {
                RecvTimeoutError::Timeout => io::Error::other("no checkpoint took over"),
                RecvTimeoutError::Disconnected => io::Error::other("the runner is gone"),
            })?;
            self.note_successor(&message);
        }
    }

    /// Waits until everything that was written so far has been read.
    fn mark(&mut self) -> io::Result<()> {
        self.marks += 1;
        self.send(&json!({ "mark": self.marks }))?;
        self.output.wait_for_mark(self.marks);
        Ok(())
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        let text = message.to_string();
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        self.control.write_all(&[&length.to_le_bytes(), text.as_bytes()].concat())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self._lifeline.shutdown(std::net::Shutdown::Both);
        let _ = self.supervisor.wait();
    }
}

/// Whether a thread of the process is in a `read` from standard input.
fn reads_stdin(process: u32) -> bool {
    const READ: &str = if cfg!(target_arch = "x86_64") { "0 0x0 " } else { "63 0x0 " };
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("syscall")).ok())
        .any(|call| call.starts_with(READ))
}

/// What the process says of a cell's end.
pub fn read_end(end: &Value) -> End {
    if let Some(panic) = end.get("panic") {
        return End::Panicked(panic.clone());
    }
    if let Some(failure) = end.get("failure") {
        let text = |key: &str| failure[key].as_str().unwrap_or_default().to_owned();
        return End::Failed { type_name: text("type"), text: text("text") };
    }
    end["fault"].as_str().map_or(End::Done, |fault| End::Fault(fault.to_owned()))
}

/// The next connection, unless the process ends before.
fn accept(listener: &UnixListener, supervisor: &mut Child) -> io::Result<UnixStream> {
    listener.set_nonblocking(true)?;
    let limit = Instant::now() + PATIENCE;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                return Ok(stream);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if let Some(status) = supervisor.try_wait()? {
            return Err(io::Error::other(format!("the runner ended at once: {status}")));
        }
        if Instant::now() > limit {
            return Err(io::Error::other("the runner did not start"));
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn forward(mut stream: UnixStream, to: Sender<Value>) {
    thread::spawn(move || {
        while let Some(message) = receive(&mut stream) {
            if to.send(message).is_err() {
                return;
            }
        }
    });
}

fn receive(stream: &mut UnixStream) -> Option<Value> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut text = vec![0; u32::from_le_bytes(length) as usize];
    stream.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
