//! Copies of the worker that sleep until they are needed.
//!
//! The worker stays the process it was and the copy is the checkpoint, so that threads of cells, and pools of threads
//! in the library, live on as long as nothing goes wrong.

use std::io;
use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{self, Pid, PidfdFlags, Signal, WaitOptions};

/// Which side of a fork this is.
pub enum Fork {
    Parent(Pid),
    Child,
}

/// What the worker has of its checkpoint.
#[derive(Default)]
pub struct Checkpoint {
    copy: Option<Pid>,
}

/// What [`Checkpoint::renew`] returns as.
pub enum Renewed {
    /// The worker, which now has a checkpoint.
    Worker,
    /// The checkpoint, after the worker has gone.
    TookOver,
}

impl Checkpoint {
    /// Replaces the checkpoint by one of the present state. Returns a second time, in the copy, once this process is
    /// gone.
    pub fn renew(&mut self) -> io::Result<Renewed> {
        self.discard();
        let worker = process::getpid();
        match fork()? {
            Fork::Parent(copy) => {
                self.copy = Some(copy);
                Ok(Renewed::Worker)
            }
            Fork::Child => {
                sleep_until_gone(worker);
                self.copy = None;
                Ok(Renewed::TookOver)
            }
        }
    }

    fn discard(&mut self) {
        if let Some(copy) = self.copy.take() {
            let _ = process::kill_process(copy, Signal::KILL);
            let _ = process::waitpid(Some(copy), WaitOptions::empty());
        }
    }
}

/// Forks this process.
pub fn fork() -> io::Result<Fork> {
    // Nobody else may hold these locks at the moment of the fork: in the child they would never be released. Written
    // out before, so that it is not written twice.
    let (mut stdout, stderr) = (io::stdout().lock(), io::stderr().lock());
    let _ = io::Write::flush(&mut stdout);
    // SAFETY: the child goes on with this thread alone. It uses memory, whose allocator glibc makes usable after a
    // fork, and standard streams, whose locks this thread holds; threads of the library see another process id and
    // start anew. Locks that threads of a cell held stay locked, which can block only later cells that want them.
    #[expect(unsafe_code, reason = "a fork is what a checkpoint is")]
    let result = unsafe { libc::fork() };
    drop((stdout, stderr));
    match result {
        0 => Ok(Fork::Child),
        pid => Pid::from_raw(pid).filter(|_| pid > 0).map(Fork::Parent).ok_or_else(io::Error::last_os_error),
    }
}

/// A descriptor of the process itself, and not of its parent's end of a pipe, which a program that a cell started
/// could keep open.
fn sleep_until_gone(worker: Pid) {
    let Ok(descriptor) = process::pidfd_open(worker, PidfdFlags::empty()) else {
        return; // it is gone already
    };
    if process::getppid() != Some(worker) {
        return;
    }
    wait_readable(&descriptor);
}

fn wait_readable(descriptor: &OwnedFd) {
    loop {
        let mut list = [PollFd::new(descriptor, PollFlags::IN)];
        match poll(&mut list, None) {
            Err(rustix::io::Errno::INTR) => {}
            _ => return,
        }
    }
}
