//! What everybody sees: one queue in which every message of every thread has its place.

use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc::UnboundedSender;

use crate::messages::status::{State, Status};
use crate::wire::{Message, Session};

/// How many bytes may wait to be sent before whoever prints has to wait.
const BACKLOG_LIMIT: usize = 4 << 20;

/// The content of a message on IOPub.
pub trait Broadcast: Serialize {
    /// The message's type.
    const TYPE: &'static str;
}

/// An entry of the queue.
pub enum Publication {
    /// A message's frames.
    Message(Vec<Bytes>),
    /// Tells that everything before it has been sent.
    Barrier(mpsc::Sender<()>),
    /// Nothing comes after it.
    End,
}

/// The sending end of the queue.
#[derive(Clone)]
pub struct Iopub {
    session: Arc<Session>,
    queue: UnboundedSender<Publication>,
    backlog: Arc<Backlog>,
    running: Arc<Mutex<Option<Arc<Message>>>>,
}

impl Iopub {
    /// A sending end.
    pub fn new(session: Arc<Session>, queue: UnboundedSender<Publication>, backlog: Arc<Backlog>) -> Self {
        Self { session, queue, backlog, running: Arc::default() }
    }

    /// Publishes a message that `parent` caused. Never waits.
    pub fn publish<Content: Broadcast>(&self, parent: Option<&Message>, content: &Content) {
        let topic = Bytes::from(format!("kernel.{}.{}", self.session.id(), Content::TYPE));
        let header = self.session.header(Content::TYPE);
        let frames = self.session.encode(&[topic], &header, parent.map(|parent| &parent.raw_header), content);
        self.backlog.grow(frames.iter().map(Bytes::len).sum());
        let _ = self.queue.send(Publication::Message(frames));
    }

    /// Waits until there is room for more output. This is what bounds the memory of a cell that prints without end.
    pub fn wait_for_room(&self) {
        self.backlog.wait_for_room();
    }

    /// Waits until everything so far has been handed to the network.
    pub fn settle(&self) {
        let (passed, barrier) = mpsc::channel();
        if self.queue.send(Publication::Barrier(passed)).is_ok() {
            let _ = barrier.recv();
        }
    }

    /// Ends the queue, and with it the sockets.
    pub fn end(&self) {
        let _ = self.queue.send(Publication::End);
    }

    /// Says that work on a request begins, and that it has ended when the returned guard is dropped.
    pub fn busy<'a>(&'a self, request: &'a Arc<Message>, runs_cell: bool) -> Busy<'a> {
        if runs_cell {
            *self.running() = Some(request.clone());
        }
        self.publish(Some(request), &Status { execution_state: State::Busy });
        Busy { iopub: self, request, runs_cell }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Arc<Message>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Between busy and idle.
pub struct Busy<'a> {
    iopub: &'a Iopub,
    request: &'a Arc<Message>,
    runs_cell: bool,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut running = self.iopub.running();
        if self.runs_cell {
            *running = None;
        }
        self.iopub.publish(Some(self.request), &Status { execution_state: State::Idle });
        // Frontends show the last state that they heard of, whatever its parent.
        if let Some(cell) = &*running {
            self.iopub.publish(Some(cell), &Status { execution_state: State::Busy });
        }
    }
}

/// How many bytes wait to be sent.
#[derive(Default)]
pub struct Backlog {
    bytes: Mutex<usize>,
    smaller: Condvar,
}

impl Backlog {
    fn grow(&self, bytes: usize) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
    }

    /// Some have been sent.
    pub fn shrink(&self, bytes: usize) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= bytes;
        self.smaller.notify_all();
    }

    fn wait_for_room(&self) {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.smaller.wait_while(bytes, |bytes| *bytes > BACKLOG_LIMIT));
    }
}
