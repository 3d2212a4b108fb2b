//! What the kernel's threads share.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use gradus_engine::Interrupt;
use tokio::sync::mpsc::UnboundedSender;

use crate::history::History;
use crate::iopub::Iopub;
use crate::messages::kernel_info::Identity;
use crate::wire::{Message, Session};

/// How many cells' threads can still print into their own cell's output.
const REMEMBERED_CELLS: usize = 1000;

/// What the kernel's threads share.
pub struct State {
    pub identity: Identity,
    pub session: Arc<Session>,
    pub iopub: Iopub,
    /// By the names of the old question for them.
    pub ports: BTreeMap<&'static str, u16>,
    pub stdin: UnboundedSender<Vec<Bytes>>,
    pub history: Mutex<History>,
    /// Known once the engine has started.
    pub interrupter: OnceLock<Arc<dyn Interrupt>>,
    /// What the session has defined so far, for the assistant.
    pub session_source: Mutex<Arc<str>>,
    /// Who waits for an answer from the user.
    pub question: Mutex<Option<Sender<Option<String>>>>,
    /// Which request each cell belongs to; `None` for silent ones.
    pub cells: Mutex<BTreeMap<u64, Option<Arc<Message>>>>,
}

impl State {
    /// Stops the running cell, if there is one.
    pub fn interrupt(&self) {
        if let Some(interrupter) = self.interrupter.get() {
            interrupter.interrupt();
        }
        self.answer_question(None);
    }

    /// Hands the user's answer to the cell that asked, if one did.
    pub fn answer_question(&self, answer: Option<String>) {
        if let Some(question) = lock(&self.question).take() {
            let _ = question.send(answer);
        }
    }

    /// Remembers which request a cell belongs to.
    pub fn remember_cell(&self, cell: u64, request: Option<Arc<Message>>) {
        let mut cells = lock(&self.cells);
        cells.insert(cell, request);
        if cells.len() > REMEMBERED_CELLS {
            cells.pop_first();
        }
    }

    /// The request that a cell's output belongs to; for a forgotten cell, the latest.
    pub fn request_of(&self, cell: u64) -> Option<Arc<Message>> {
        let cells = lock(&self.cells);
        cells.get(&cell).or_else(|| cells.last_key_value().map(|(_, request)| request)).cloned().flatten()
    }
}

/// A lock whose holder panicked is still a lock: what it protects is replaced as a whole.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
