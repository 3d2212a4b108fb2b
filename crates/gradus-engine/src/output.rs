//! A cell's two outputs: text in batches, and the frames in between.
//!
//! Text is passed on when 64 KiB have come together or 50 ms have passed, or when something else must follow it. The
//! channel of events has a limit, so that a cell that prints faster than its reader reads is slowed down.

use std::io::{Read, Write};
use std::process::ChildStdin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::contract::{Event, MimeBundle};
use crate::frames::{Part, Splitter};

const BATCH_BYTES: usize = 64 << 10;
const BATCH_TIME: Duration = Duration::from_millis(50);

/// What both readers share.
pub struct Output {
    events: SyncSender<Event>,
    /// The cell that is running, or was the last to run.
    cell: AtomicU64,
    allow_stdin: AtomicBool,
    /// Whether a question has no answer yet.
    asked: Arc<AtomicBool>,
    stdin: Mutex<Option<ChildStdin>>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    text: String,
    is_stderr: bool,
    since: Option<Instant>,
    value: Option<MimeBundle>,
    /// The last mark seen on each output.
    marks: [u64; 2],
    /// The end of what was written to standard error, to tell how a process died.
    last_words: String,
    closed: bool,
}

#[derive(Clone, Copy)]
enum Which {
    Stdout = 0,
    Stderr = 1,
}

impl Output {
    /// Sends everything to `events`.
    pub fn new(events: SyncSender<Event>) -> Arc<Self> {
        let output = Arc::new(Self {
            events,
            cell: AtomicU64::new(0),
            allow_stdin: AtomicBool::new(false),
            asked: Arc::default(),
            stdin: Mutex::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let flusher = Arc::downgrade(&output);
        thread::spawn(move || {
            loop {
                thread::sleep(BATCH_TIME / 2);
                let Some(output) = flusher.upgrade() else { return };
                let mut state = output.lock();
                if state.since.is_some_and(|since| since.elapsed() >= BATCH_TIME / 2) {
                    output.flush(&mut state);
                }
            }
        });
        output
    }

    /// A new process: reads its outputs from now on, and answers go to its input.
    pub fn connect(
        self: &Arc<Self>,
        stdout: impl Read + Send + 'static,
        stderr: impl Read + Send + 'static,
        stdin: ChildStdin,
    ) {
        *self.stdin.lock().expect("no holder of this lock panics") = Some(stdin);
        let mut state = self.lock();
        state.marks = [0; 2];
        drop(state);
        self.clone().read(stdout, Which::Stdout);
        self.clone().read(stderr, Which::Stderr);
    }

    /// From now on output is of this cell.
    pub fn begin(&self, cell: u64, allow_stdin: bool) {
        let mut state = self.lock();
        self.flush(&mut state);
        state.value = None;
        state.last_words.clear();
        self.asked.store(false, Ordering::SeqCst);
        self.cell.store(cell, Ordering::SeqCst);
        self.allow_stdin.store(allow_stdin, Ordering::SeqCst);
    }

    /// Waits until mark `number` has come through both outputs, and with it everything before. Gives up after a while:
    /// a cell may have closed an output.
    pub fn wait_for_mark(&self, number: u64) {
        let limit = Instant::now() + Duration::from_secs(5);
        let mut state = self.lock();
        while state.marks.iter().any(|mark| *mark < number) && Instant::now() < limit {
            state = self.changed.wait_timeout(state, Duration::from_millis(200)).expect("no holder panics").0;
        }
        self.flush(&mut state);
    }

    /// The value that the cell has shown as its last, if any.
    pub fn take_value(&self) -> Option<MimeBundle> {
        self.lock().value.take()
    }

    /// The end of what has gone to standard error.
    pub fn last_words(&self) -> String {
        self.lock().last_words.clone()
    }

    /// Text of the engine's own, in order with the cell's.
    pub fn say(&self, text: &str) {
        let mut state = self.lock();
        self.add(&mut state, text, true);
        self.flush(&mut state);
    }

    fn read(self: Arc<Self>, mut from: impl Read + Send + 'static, which: Which) {
        thread::spawn(move || {
            let mut splitter = Splitter::default();
            let mut buffer = vec![0; BATCH_BYTES];
            loop {
                let length = match from.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(length) => length,
                };
                let mut state = self.lock();
                splitter.push(&buffer[..length], &mut |part| self.take(&mut state, part, which));
            }
            let mut state = self.lock();
            splitter.finish(&mut |part| self.take(&mut state, part, which));
            state.closed = true;
            self.flush(&mut state);
            self.changed.notify_all();
        });
    }

    /// Takes a part of what another reader has read.
    #[cfg(feature = "evcxr")]
    pub fn pass_on(&self, part: Part<'_>, is_stderr: bool) {
        let mut state = self.lock();
        self.take(&mut state, part, if is_stderr { Which::Stderr } else { Which::Stdout });
        self.flush(&mut state);
    }

    fn take(&self, state: &mut State, part: Part<'_>, which: Which) {
        match part {
            Part::Text(text) => self.add(state, text, matches!(which, Which::Stderr)),
            Part::Content { mime_type, text } => {
                let data = MimeBundle::from([(mime_type.to_owned(), text.to_owned())]);
                self.flush(state);
                let cell = self.cell.load(Ordering::SeqCst);
                let _ = self.events.send(Event::Display { cell, data, display_id: None, update: false });
            }
            Part::Frame(message) => self.obey(state, message, which),
        }
    }

    fn obey(&self, state: &mut State, message: &Value, which: Which) {
        let cell = self.cell.load(Ordering::SeqCst);
        if let Some(text) = message["stderr"].as_str() {
            self.add(state, text, true);
            return;
        }
        if let Some(mark) = message["mark"].as_u64() {
            state.marks[which as usize] = mark;
            self.changed.notify_all();
            return;
        }
        if let Some(value) = message.get("value") {
            state.value = Some(bundle(value));
            return;
        }
        self.flush(state);
        if let Some(data) = message.get("display") {
            let display_id = message["id"].as_str().map(str::to_owned);
            let update = message["update"] == true;
            let _ = self.events.send(Event::Display { cell, data: bundle(data), display_id, update });
        } else if let Some(clear) = message.get("clear") {
            let _ = self.events.send(Event::ClearOutput { cell, wait: clear["wait"] == true });
        } else if let Some(input) = message.get("input") {
            self.ask(input["prompt"].as_str().unwrap_or_default(), input["password"] == true);
        }
    }

    /// The cell reads from standard input itself: asks, unless there is a question already. Returns false when there
    /// is nobody to ask.
    pub fn ask_for_line(&self) -> bool {
        let allowed = self.allow_stdin.load(Ordering::SeqCst);
        if allowed && !self.asked.load(Ordering::SeqCst) {
            let mut state = self.lock();
            self.flush(&mut state);
            self.ask("", false);
        }
        allowed
    }

    /// Passes a question on, and its answer, when it comes, to the process.
    pub fn ask(&self, prompt: &str, password: bool) {
        let cell = self.cell.load(Ordering::SeqCst);
        if !self.allow_stdin.load(Ordering::SeqCst) {
            self.answer(None);
            return;
        }
        let (reply, answer) = mpsc::channel();
        let _ = self.events.send(Event::Input { cell, prompt: prompt.to_owned(), password, reply });
        let Some(stdin) = self.stdin.lock().expect("no holder of this lock panics").as_ref().and_then(clone_stdin)
        else {
            return;
        };
        self.asked.store(true, Ordering::SeqCst);
        let asked = self.asked.clone();
        thread::spawn(move || {
            let answer = answer.recv().ok().flatten();
            asked.store(false, Ordering::SeqCst);
            write_answer(stdin, answer);
        });
    }

    fn answer(&self, answer: Option<String>) {
        if let Some(stdin) = self.stdin.lock().expect("no holder of this lock panics").as_ref().and_then(clone_stdin) {
            write_answer(stdin, answer);
        }
    }

    fn add(&self, state: &mut State, text: &str, is_stderr: bool) {
        if state.is_stderr != is_stderr {
            self.flush(state);
            state.is_stderr = is_stderr;
        }
        if is_stderr {
            state.last_words.push_str(text);
            let excess = state.last_words.len().saturating_sub(4 << 10);
            let cut = (excess..state.last_words.len()).find(|at| state.last_words.is_char_boundary(*at));
            state.last_words.drain(..cut.unwrap_or(0));
        }
        state.text.push_str(text);
        state.since.get_or_insert_with(Instant::now);
        if state.text.len() >= BATCH_BYTES {
            self.flush(state);
        }
    }

    fn flush(&self, state: &mut State) {
        state.since = None;
        if state.text.is_empty() {
            return;
        }
        let cell = self.cell.load(Ordering::SeqCst);
        let text = std::mem::take(&mut state.text);
        let event = if state.is_stderr { Event::Stderr { cell, text } } else { Event::Stdout { cell, text } };
        let _ = self.events.send(event);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

fn clone_stdin(stdin: &ChildStdin) -> Option<std::fs::File> {
    use std::os::fd::AsFd;
    stdin.as_fd().try_clone_to_owned().ok().map(std::fs::File::from)
}

/// A line; without an answer, the end-of-transmission character that the library knows.
fn write_answer(mut stdin: std::fs::File, answer: Option<String>) {
    // The process may be gone before the answer has come.
    let _ = writeln!(stdin, "{}", answer.as_deref().unwrap_or("\x04"));
}

fn bundle(value: &Value) -> MimeBundle {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(mime_type, content)| Some((mime_type.clone(), content.as_str()?.to_owned()))).collect()
}
