//! The connection to one sandboxed worker: requests out, replies in, with a deadline for both.
//!
//! Everything that comes back is the student's and may be anything: too long, too late, early, or not a reply.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use gradus_question::protocol::{self, Reply, ReplyError, Request};
use gradus_question::{CallError, Caller};
use gradus_sandbox::{Finished, Job, Outcome, Running, Sandbox};
use rand::RngCore;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::pinned::Pinned;

/// Bytes read at first, which is all of most replies.
const FIRST_READ: usize = 4096;

/// Calls a student's functions in a sandboxed process, which it starts when needed and starts again after it died.
pub struct Worker<'a> {
    sandbox: &'a Sandbox,
    job: Job,
    running: Option<Running>,
    /// Held, not read.
    _processor: Pinned,
}

impl<'a> Worker<'a> {
    /// A worker that runs `job`.
    pub fn new(sandbox: &'a Sandbox, job: Job) -> Self {
        Self { sandbox, job, running: None, _processor: Pinned::new() }
    }

    /// Ends the process, so that the next call meets a fresh one that remembers nothing.
    pub fn restart(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill();
        }
    }

    fn converse(
        &mut self,
        nonce: u64,
        request: &Request<'_>,
        limit: usize,
        patience: Duration,
    ) -> Result<Reply, Broken> {
        if self.running.is_none() {
            let running = self.sandbox.spawn(&self.job).map_err(|error| Broken::Fault(error.to_string()))?;
            self.running = Some(running);
        }
        let running = self.running.as_ref().expect("it was just started");
        transfer(running, request, nonce, limit, Waiting::new(running, patience))
    }

    /// How the process ended, as the caller should hear it.
    fn post_mortem(&mut self, kill: bool) -> CallError {
        let Some(mut running) = self.running.take() else {
            return CallError::Fault { reason: "a process ended that was never started".to_owned() };
        };
        if kill {
            running.kill();
        }
        match running.finish() {
            Ok(finished) => ended(&finished),
            Err(error) => CallError::Fault { reason: error.to_string() },
        }
    }
}

impl Caller for Worker<'_> {
    fn exchange(&mut self, request: &Request<'_>, reply_limit: usize, patience: Duration) -> Result<Reply, CallError> {
        let nonce = rand::rng().next_u64();
        match self.converse(nonce, request, reply_limit, patience) {
            Ok(reply) => Ok(reply),
            Err(Broken::Late) => match self.post_mortem(true) {
                // It was killed for being late, unless it hit a limit of its own first.
                error @ (CallError::OutputLimit | CallError::MemoryLimit | CallError::Fault { .. }) => Err(error),
                _ => Err(CallError::TimeLimit { patience }),
            },
            Err(Broken::Closed) => Err(match self.post_mortem(false) {
                CallError::TimeLimit { .. } => CallError::TimeLimit { patience },
                error => error,
            }),
            Err(Broken::Violation(reason)) => {
                self.restart();
                Err(CallError::ProtocolViolation { reason })
            }
            Err(Broken::Fault(reason)) => {
                self.restart();
                Err(CallError::Fault { reason })
            }
        }
    }

    fn processor_time(&mut self) -> Option<Duration> {
        self.running.as_ref()?.processor_time()
    }
}

/// Why an exchange broke off.
enum Broken {
    Late,
    Closed,
    Violation(String),
    Fault(String),
}

impl From<rustix::io::Errno> for Broken {
    fn from(error: rustix::io::Errno) -> Self {
        match error {
            rustix::io::Errno::PIPE => Self::Closed,
            error => Self::Fault(io::Error::from(error).to_string()),
        }
    }
}

impl From<ReplyError> for Broken {
    fn from(error: ReplyError) -> Self {
        Self::Violation(error.to_string())
    }
}

/// How many times its patience a call may take by the clock on the wall while it does not get the processor: a busy
/// machine is not the student's doing.
const BUSY: u32 = 5;
/// The part of the patience after which a call's processor time is looked at: most calls have long ended by then.
const FIRST_LOOK: u32 = 8;

/// The patience with one call, in processor time as far as that can be told.
struct Waiting<'a> {
    running: &'a Running,
    patience: Duration,
    start: Instant,
    deadline: Instant,
    /// What the first look saw.
    before: Option<Option<Duration>>,
}

impl<'a> Waiting<'a> {
    fn new(running: &'a Running, patience: Duration) -> Self {
        let start = Instant::now();
        Self { running, patience, start, deadline: start + patience / FIRST_LOOK, before: None }
    }

    /// How long to wait before asking again; none when the patience is at its end.
    fn left(&mut self) -> Option<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            return Some(left);
        }
        let now = self.running.processor_time();
        let rest = self.patience - self.patience / FIRST_LOOK;
        let unused = match (self.before, now) {
            (None, _) => rest,
            (Some(Some(before)), Some(now)) => rest.saturating_sub(now.saturating_sub(before)),
            _ => Duration::ZERO,
        };
        self.before.get_or_insert(now);
        if unused.is_zero() || self.start.elapsed() >= BUSY * self.patience {
            return None;
        }
        // The processor's clock ticks in hundredths of a second.
        let wait = unused.max(Duration::from_millis(10));
        self.deadline = Instant::now() + wait;
        Some(wait)
    }
}

/// Writes the request and reads the reply to it, whichever the pipes allow first.
fn transfer(
    running: &Running,
    request: &Request<'_>,
    nonce: u64,
    limit: usize,
    mut waiting: Waiting<'_>,
) -> Result<Reply, Broken> {
    let (Some(requests), Some(replies)) = (running.requests(), running.replies()) else {
        return Err(Broken::Fault("the worker has no pipes".to_owned()));
    };
    let header =
        protocol::frame_header(nonce, request.byte_count()).map_err(|error| Broken::Fault(error.to_string()))?;
    let [head, arguments] = request.pieces();
    let mut pieces = [IoSlice::new(&header), IoSlice::new(head), IoSlice::new(arguments)];
    let mut unsent = &mut pieces[..];
    let mut received = Vec::new();
    // The pipe is empty between two calls, so a short request goes out at once.
    write_some(requests.as_fd(), &mut unsent)?;
    loop {
        let left = waiting.left().ok_or(Broken::Late)?;
        let mut ends = [PollFd::new(replies, PollFlags::IN), PollFd::new(requests, PollFlags::OUT)];
        let ends = if unsent.is_empty() { &mut ends[..1] } else { &mut ends[..] };
        let timeout = Timespec::try_from(left).map_err(|_| Broken::Fault("a deadline out of range".to_owned()))?;
        match poll(ends, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let readable = !ends[0].revents().is_empty();
        let writable = ends.get(1).is_some_and(|end| !end.revents().is_empty());
        if writable {
            write_some(requests.as_fd(), &mut unsent)?;
        }
        if readable {
            read_some(replies.as_fd(), &mut received, limit)?;
            if protocol::take_reply(&received, nonce, limit)?.is_some() {
                if !unsent.is_empty() {
                    return Err(Broken::Violation("a reply before the request was read".to_owned()));
                }
                return Ok(Reply::framed(received));
            }
        }
    }
}

/// Room for the next read: for all of the reply once its length is known and may be, and one byte more that shows what
/// follows it.
fn missing(received: &[u8], limit: usize) -> usize {
    let length = received.first_chunk().map(|header| protocol::split_header(header).0);
    let whole = length.filter(|length| *length <= limit).map(|length| length + protocol::FRAME_HEADER + 1);
    whole.map_or(FIRST_READ, |whole| whole.saturating_sub(received.len()).max(1))
}

fn read_some(replies: BorrowedFd<'_>, received: &mut Vec<u8>, limit: usize) -> Result<(), Broken> {
    received.reserve(missing(received, limit));
    match rustix::io::read(replies, spare_capacity(received)) {
        Ok(0) => Err(Broken::Closed),
        Ok(_) | Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn write_some(requests: BorrowedFd<'_>, unsent: &mut &mut [IoSlice<'_>]) -> Result<(), Broken> {
    match rustix::io::writev(requests, unsent) {
        Ok(count) => {
            IoSlice::advance_slices(unsent, count);
            Ok(())
        }
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// How a process that ended on its own looks to a caller.
fn ended(finished: &Finished) -> CallError {
    match &finished.outcome {
        Outcome::CpuLimit | Outcome::WallLimit => CallError::TimeLimit { patience: finished.wall },
        Outcome::MemoryLimit => CallError::MemoryLimit,
        Outcome::StackOverflow => CallError::StackOverflow,
        Outcome::OutputLimit => CallError::OutputLimit,
        Outcome::ProcessLimit => CallError::Crash { how: "too many processes".to_owned() },
        Outcome::Exited { code } => CallError::Crash { how: format!("exit code {code}") },
        Outcome::Signal { signal } => CallError::Crash { how: format!("signal {signal}") },
        Outcome::Killed => CallError::Crash { how: "killed".to_owned() },
        Outcome::Refused { what } => CallError::Crash { how: format!("refused by the sandbox: {what}") },
        Outcome::Fault { what } => CallError::Fault { reason: what.clone() },
    }
}
