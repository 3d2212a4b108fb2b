//! What the cells' process writes, which evcxr hands out line by line, on its way into the engine's [`Output`].

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use ::evcxr::EvalContextOutputs;
use serde_json::Value;

use crate::frames::{Part, Splitter};
use crate::output::Output;

/// How often to look for lines while a cell runs.
const LOOK: Duration = Duration::from_millis(5);

/// Both outputs.
pub struct Lines {
    streams: Arc<Mutex<Streams>>,
}

struct Streams {
    from: EvalContextOutputs,
    stdout: Splitter,
    stderr: Splitter,
    to: Arc<Output>,
    /// How the cell said that it ended, if not well.
    end: Option<Value>,
}

impl Lines {
    /// Passes on what comes, for as long as this lives.
    pub fn new(from: EvalContextOutputs, to: Arc<Output>) -> Self {
        let (stdout, stderr) = (Splitter::default(), Splitter::default());
        let streams = Arc::new(Mutex::new(Streams { from, stdout, stderr, to, end: None }));
        let reader = Arc::downgrade(&streams);
        thread::spawn(move || {
            while let Some(streams) = reader.upgrade() {
                lock(&streams).pass_on();
                drop(streams);
                thread::sleep(LOOK);
            }
        });
        Self { streams }
    }

    /// Passes on all that has come so far, and tells how the cell said that it ended.
    pub fn settle(&self) -> Option<Value> {
        let mut streams = lock(&self.streams);
        streams.pass_on();
        streams.end.take()
    }
}

impl Streams {
    fn pass_on(&mut self) {
        let Self { from, stdout, stderr, to, end } = self;
        for (lines, splitter, is_stderr) in [(&from.stdout, stdout, false), (&from.stderr, stderr, true)] {
            while let Ok(line) = lines.try_recv() {
                splitter.push(with_end(line).as_bytes(), &mut |part| match part {
                    Part::Frame(message) if message.get("end").is_some() => *end = Some(message["end"].clone()),
                    part => to.pass_on(part, is_stderr),
                });
            }
        }
    }
}

/// The line as it was written: after a frame, the newline is only there for evcxr.
fn with_end(mut line: String) -> String {
    if !line.ends_with("\u{1b}\\") {
        line.push('\n');
    }
    line
}

fn lock(streams: &Mutex<Streams>) -> MutexGuard<'_, Streams> {
    streams.lock().expect("no holder of this lock panics")
}
