//! What an interrupt reaches: the compiler that runs for a cell, and the process that runs the cell.

use std::io;
use std::process::{Child, ExitStatus};
use std::sync::Mutex;

use rustix::process::{Pid, Signal, kill_process};

use crate::contract::Interrupt;

/// Who is at work for the cell that runs.
#[derive(Debug, Default)]
pub struct Stop {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a cell runs at all.
    running: bool,
    stopped: bool,
    processes: Vec<u32>,
}

impl Stop {
    /// A cell begins.
    pub fn begin(&self) {
        *self.lock() = State { running: true, ..State::default() };
    }

    /// The cell is over; what happens from now on is no longer its interrupt.
    pub fn end(&self) {
        *self.lock() = State::default();
    }

    /// Whether the cell has been interrupted.
    pub fn is_set(&self) -> bool {
        self.lock().stopped
    }

    /// A process is at work. Returns false, and has killed it, if the cell has been interrupted already.
    pub fn started(&self, process: u32) -> bool {
        let mut state = self.lock();
        state.processes.push(process);
        if state.stopped {
            kill(process);
        }
        !state.stopped
    }

    /// A process is no longer at work for the cell, or goes on without it.
    pub fn released(&self, process: u32) {
        self.lock().processes.retain(|other| *other != process);
    }

    /// Waits for a process that [`Stop::started`] knows.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn waited(&self, mut child: Child) -> io::Result<ExitStatus> {
        let status = child.wait();
        self.released(child.id());
        status
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

impl Interrupt for Stop {
    fn interrupt(&self) {
        let mut state = self.lock();
        if state.running {
            state.stopped = true;
            state.processes.iter().for_each(|process| kill(*process));
        }
    }
}

fn kill(process: u32) {
    if let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        // It may be gone already.
        let _ = kill_process(pid, Signal::KILL);
    }
}
