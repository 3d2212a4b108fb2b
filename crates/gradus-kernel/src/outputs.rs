//! What cells print and show while they run, on its way from the engine to everybody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use gradus_engine::{Event, MimeBundle};
use serde_json::Value;

use crate::iopub::Broadcast;
use crate::messages::clear_output::ClearOutput;
use crate::messages::display_data::{DisplayData, Transient, UpdateDisplayData};
use crate::messages::input_request;
use crate::messages::stream::{Stream, StreamName};
use crate::state::{State, lock};

/// A message for every line would be slow, and one a minute would not be live.
const BATCH_TIME: Duration = Duration::from_millis(20);
const BATCH_BYTES: usize = 64 << 10;
/// How many events may wait before the engine has to.
const EVENTS_LIMIT: usize = 64;
/// No cell has this number: an event of this cell tells that all events before it have been published.
const NO_CELL: u64 = 0;

/// The engine's end of the way.
pub struct Outputs {
    /// Where the engine's events go.
    pub events: SyncSender<Event>,
    settled: Receiver<()>,
}

impl Outputs {
    /// Starts publishing what comes.
    pub fn start(state: &Arc<State>) -> Self {
        let (events, incoming) = sync_channel(EVENTS_LIMIT);
        let (settled_sender, settled) = channel();
        let relay = Relay { state: state.clone(), batch: None, settled: settled_sender };
        thread::spawn(move || relay.run(&incoming));
        Self { events, settled }
    }

    /// Waits until everything that the engine has reported so far has been handed to the network.
    pub fn settle(&self, state: &State) {
        if self.events.send(Event::Stdout { cell: NO_CELL, text: String::new() }).is_ok() {
            let _ = self.settled.recv();
        }
        state.iopub.settle();
    }
}

struct Relay {
    state: Arc<State>,
    batch: Option<Batch>,
    settled: Sender<()>,
}

struct Batch {
    cell: u64,
    stream: Stream,
    due: Instant,
}

impl Relay {
    fn run(mut self, events: &Receiver<Event>) {
        loop {
            let event = match &self.batch {
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(batch) => events.recv_timeout(batch.due.saturating_duration_since(Instant::now())),
            };
            match event {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => self.flush(),
                Err(RecvTimeoutError::Disconnected) => return self.flush(),
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Stdout { cell: NO_CELL, .. } => {
                self.flush();
                let _ = self.settled.send(());
            }
            Event::Stdout { cell, text } => self.print(cell, StreamName::Stdout, text),
            Event::Stderr { cell, text } => self.print(cell, StreamName::Stderr, text),
            Event::Display { cell, data, display_id, update } => {
                let data = json_bundle(data);
                let (metadata, transient) = (BTreeMap::new(), Transient { display_id });
                if update {
                    self.publish(cell, &UpdateDisplayData { data, metadata, transient });
                } else {
                    self.publish(cell, &DisplayData { data, metadata, transient });
                }
            }
            Event::ClearOutput { cell, wait } => self.publish(cell, &ClearOutput { wait }),
            Event::Input { cell, prompt, password, reply } => {
                self.flush();
                match self.state.request_of(cell) {
                    Some(request) => {
                        *lock(&self.state.question) = Some(reply);
                        input_request::ask(&self.state, &request, &prompt, password);
                    }
                    None => drop(reply.send(None)),
                }
            }
        }
    }

    fn print(&mut self, cell: u64, name: StreamName, text: String) {
        if self.batch.as_ref().is_some_and(|batch| batch.cell != cell || batch.stream.name != name) {
            self.flush();
        }
        let batch = self.batch.get_or_insert_with(|| Batch {
            cell,
            stream: Stream { name, text: String::new() },
            due: Instant::now() + BATCH_TIME,
        });
        if batch.stream.text.is_empty() {
            batch.stream.text = text;
        } else {
            batch.stream.text.push_str(&text);
        }
        if batch.stream.text.len() >= BATCH_BYTES || batch.due <= Instant::now() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Some(Batch { cell, stream, .. }) = self.batch.take() {
            self.publish_now(cell, &stream);
        }
    }

    fn publish<Content: Broadcast>(&mut self, cell: u64, content: &Content) {
        self.flush();
        self.publish_now(cell, content);
    }

    /// Output of silent cells has no request, and nobody sees it.
    fn publish_now<Content: Broadcast>(&self, cell: u64, content: &Content) {
        if let Some(request) = self.state.request_of(cell) {
            self.state.iopub.wait_for_room();
            self.state.iopub.publish(Some(&request), content);
        }
    }
}

/// Formats that are JSON themselves go as JSON, all others as text.
pub fn json_bundle(data: MimeBundle) -> BTreeMap<String, Value> {
    let is_json = |mime: &str| mime == "application/json" || mime.ends_with("+json");
    let convert = |(mime, text): (String, String)| {
        let value = if is_json(&mime) { serde_json::from_str(&text).ok() } else { None };
        (mime, value.unwrap_or(Value::String(text)))
    };
    data.into_iter().map(convert).collect()
}
