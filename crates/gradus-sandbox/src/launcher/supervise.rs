//! Starts the keeper, then watches: reads what the job writes, measures what it uses, and ends it on excess.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{DumpableBehavior, getpid, set_child_subreaper, set_dumpable_behavior, setsid};

use super::super::order::{Order, Report, Stream};
use super::super::plan::{Namespaces, Step};
use super::cgroup::Group;
use super::descriptors::{Channel, Pipe};
use super::failure::{Failure, InStep};
use super::identity::Lent;
use super::keeper::{self, Cradle};
use super::message::{self, Message};
use super::process_tree::{self, Sample};
use super::sys::{self, Fork};
use super::{identity, namespaces};
use crate::Outcome;
use crate::outcome::End;

/// How often the job is measured.
const PERIOD: Duration = Duration::from_millis(10);
/// How long a keeper without namespaces may take to end everything.
const PATIENCE: Duration = Duration::from_secs(12);
/// How much of the end of standard error is looked at for a runtime's last words.
const LAST_WORDS: usize = 4096;

/// A job that has ended, with what is sent of it.
pub struct Supervised {
    pub report: Report,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Runs the job to its end.
pub fn run(order: &Order, control: &UnixStream, channel: Channel) -> Supervised {
    let started = Instant::now();
    match start(order, control, channel) {
        Ok(watch) => watch.follow(),
        Err(failure) => {
            let mut supervised = Supervised::fault(String::new());
            let (outcome, step) = not_started(failure);
            supervised.report.outcome = outcome;
            supervised.report.step = step;
            supervised.report.wall = started.elapsed();
            supervised
        }
    }
}

/// A program that is missing is no weakness of the sandbox.
fn not_started(failure: Failure) -> (Outcome, Option<Step>) {
    match failure.step {
        Step::Program => (Outcome::Fault { what: failure.what }, None),
        step => (Outcome::Refused { what: failure.what }, Some(step)),
    }
}

fn start<'a>(order: &'a Order, control: &'a UnixStream, channel: Channel) -> Result<Watch<'a>, Failure> {
    let setup = Step::Limits;
    // A leader of its own session gets no signals from the caller's terminal.
    setsid().in_step(setup, "start a session")?;
    set_child_subreaper(Some(getpid())).in_step(setup, "adopt orphans")?;
    if !process_tree::can_be_read() {
        return Err(Failure::new(
            setup,
            "memory and processes cannot be measured: /proc is not mounted, or this kernel \
                                        does not list the children of a process there (CONFIG_PROC_CHILDREN)",
        ));
    }
    let user = order.plan.own_user.then(identity::own_user).transpose()?;
    let lent = user.map(|user| Lent::lend(&order.job.writable, user)).transpose()?;
    let group = Group::make(order.plan.cgroups, &order.job.limits)?;
    let pipe = || Pipe::new().in_step(setup, "make a pipe");
    let cradle = Cradle { ready: pipe()?, messages: pipe()?, stdout: pipe()?, stderr: pipe()?, channel, user };
    let started = Instant::now();
    sys::block_signals(&keeper::SIGNALS);
    let keeper = match sys::fork(namespaces::flags(order.plan.namespaces)).in_step(Step::Namespaces, "namespaces")? {
        Fork::Child => {
            // The caller must see the socket close with the launcher. Nothing returns from here, so that its owner,
            // a copy of the launcher's, never closes the number again.
            sys::close(control.as_raw_fd());
            let _ = catch_unwind(AssertUnwindSafe(|| keeper::run(order, cradle)));
            sys::exit_now(1)
        }
        Fork::Parent(keeper) => keeper,
    };
    let Cradle { mut ready, messages, stdout, stderr, .. } = cradle;
    let mapped = if order.plan.namespaces == Namespaces::User { namespaces::map_users(keeper, user) } else { Ok(()) };
    // A job of the same user shall not look into the launcher.
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable).in_step(setup, "close the launcher to others");
    let admitted = group.as_ref().map_or(Ok(()), |group| group.admit(keeper));
    let mut woken = || ready.write.write_all(&[1]).in_step(setup, "wake the keeper");
    let prepared = mapped.and(hidden).and(admitted).and_then(|()| woken());
    let watch = Watch {
        order,
        control,
        keeper,
        started,
        messages: Some(messages.read),
        stdout: Drain::new(stdout.read, order.job.limits.kept_output_bytes),
        stderr: Drain::new(stderr.read, order.job.limits.kept_output_bytes),
        said: Vec::new(),
        peak: Sample::default(),
        stopped: None,
        group,
        _lent: lent,
    };
    if let Err(failure) = prepared {
        sys::kill(keeper, libc::SIGKILL);
        sys::wait(keeper, true);
        return Err(failure);
    }
    Ok(watch)
}

/// One of the job's output streams.
struct Drain {
    /// None after its end.
    pipe: Option<File>,
    keep: usize,
    kept: Vec<u8>,
    total: u64,
    last: Vec<u8>,
}

impl Drain {
    fn new(pipe: File, keep: u64) -> Drain {
        // A pipe that cannot be set so would block below; it always can.
        let _ = fcntl_getfl(&pipe).and_then(|flags| fcntl_setfl(&pipe, flags | OFlags::NONBLOCK));
        let keep = usize::try_from(keep).unwrap_or(usize::MAX);
        Drain { pipe: Some(pipe), keep, kept: Vec::new(), total: 0, last: Vec::new() }
    }

    /// Reads what is there, at most some times a pipe's worth so that the clock is looked at in between.
    fn read(&mut self) {
        let mut buffer = [0; 65536];
        for _ in 0..16 {
            let Some(pipe) = &mut self.pipe else { return };
            match pipe.read(&mut buffer) {
                Ok(0) => self.pipe = None,
                Ok(count) => self.take(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.pipe = None,
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        self.kept.extend_from_slice(&bytes[..bytes.len().min(self.keep - self.kept.len())]);
        self.last.extend_from_slice(&bytes[bytes.len().saturating_sub(LAST_WORDS)..]);
        self.last.drain(..self.last.len().saturating_sub(LAST_WORDS));
    }

    fn stream(&self) -> Stream {
        Stream { kept_bytes: self.kept.len() as u64, total_bytes: self.total }
    }
}

/// A job under supervision.
struct Watch<'a> {
    order: &'a Order,
    control: &'a UnixStream,
    keeper: i32,
    started: Instant,
    /// None after its end, which is the end of the keeper.
    messages: Option<File>,
    stdout: Drain,
    stderr: Drain,
    said: Vec<u8>,
    peak: Sample,
    /// Why and when the job was ended.
    stopped: Option<(Outcome, Instant)>,
    group: Option<Group>,
    _lent: Option<Lent>,
}

impl Watch<'_> {
    fn follow(mut self) -> Supervised {
        let mut next_look = self.started + PERIOD;
        while self.messages.is_some() {
            self.wait_until(next_look);
            // What a job writes after it was stopped waits in the pipes for the end.
            if self.stopped.is_none() {
                self.stdout.read();
                self.stderr.read();
            }
            let now = Instant::now();
            if now >= next_look {
                next_look = now + PERIOD;
                self.measure();
            }
            self.judge(now);
        }
        // The last of its processes ends before the keeper can be waited for.
        let keeper = sys::wait(self.keeper, true);
        process_tree::end_descendants(getpid().as_raw_nonzero().get());
        let wall = self.started.elapsed();
        self.stdout.read();
        self.stderr.read();
        let messages = message::parse(&self.said);
        let enforced = self.group.as_ref().and_then(Group::excess);
        if enforced == Some(Outcome::MemoryLimit) {
            // The kernel struck between two measurements.
            let peak = self.group.as_ref().and_then(Group::peak_memory).unwrap_or(0);
            self.peak.resident_bytes = self.peak.resident_bytes.max(peak);
        }
        let mut end = End {
            cpu_limit: self.order.job.limits.cpu,
            cpu: keeper.map_or(Duration::ZERO, |keeper| keeper.cpu).max(self.peak.cpu),
            last_words: &self.stderr.last,
            stopped: self.stopped.take().map(|(outcome, _)| outcome).or(enforced),
            ..End::default()
        };
        let (mut notes, mut step) = (Vec::new(), None);
        for message in messages {
            match message {
                Message::Note(note) => notes.push(note),
                Message::Ended { status, .. } => end.status = Some(status),
                Message::NotStarted(failure) => {
                    let (outcome, failed) = not_started(failure);
                    end.not_started = Some(outcome);
                    step = failed;
                }
            }
        }
        let report = Report {
            cpu: end.cpu,
            wall,
            peak_memory_bytes: self.peak.resident_bytes.max(keeper.map_or(0, |keeper| keeper.peak_memory_bytes)),
            stdout: self.stdout.stream(),
            stderr: self.stderr.stream(),
            step,
            notes,
            outcome: end.outcome(),
        };
        Supervised { report, stdout: self.stdout.kept, stderr: self.stderr.kept }
    }

    /// Waits for something to read, but no longer than until then, and reads the messages. To be called while there
    /// are any to come.
    fn wait_until(&mut self, time: Instant) {
        let timeout = Timespec::try_from(time.saturating_duration_since(Instant::now())).ok();
        let (messages, control) = (&self.messages, self.control);
        let mut fds: Vec<PollFd<'_>> = messages.iter().map(|file| PollFd::new(file, PollFlags::IN)).collect();
        if self.stopped.is_none() {
            fds.push(PollFd::new(control, PollFlags::IN | PollFlags::RDHUP));
            let outputs = self.stdout.pipe.iter().chain(&self.stderr.pipe);
            fds.extend(outputs.map(|file| PollFd::new(file, PollFlags::IN)));
        }
        if !matches!(poll(&mut fds, timeout.as_ref()), Ok(ready) if ready > 0) {
            return;
        }
        let told = fds.first().is_some_and(|messages| !messages.revents().is_empty());
        let asked = fds.get(1).is_some_and(|control| !control.revents().is_empty());
        if asked {
            // The caller says nothing after its order; whatever comes, it has hung up.
            self.stop(Outcome::Killed);
        }
        if told && let Some(messages) = &mut self.messages {
            let mut buffer = [0; 4096];
            match messages.read(&mut buffer) {
                Ok(0) | Err(_) => self.messages = None,
                Ok(count) => self.said.extend_from_slice(&buffer[..count]),
            }
        }
    }

    fn measure(&mut self) {
        let sample = process_tree::sample(self.keeper, self.order.job.limits.processes as usize + 1);
        self.peak.resident_bytes = self.peak.resident_bytes.max(sample.resident_bytes);
        self.peak.cpu = self.peak.cpu.max(sample.cpu);
        self.peak.tasks = self.peak.tasks.max(sample.tasks);
        if self.stopped.is_none()
            && let Some(excess) = self.group.as_ref().and_then(Group::excess)
        {
            self.stop(excess);
        }
    }

    /// Ends the job on the first excess, and a keeper that has not obeyed.
    fn judge(&mut self, now: Instant) {
        if let Some((_, when)) = &self.stopped {
            if now.duration_since(*when) > PATIENCE {
                sys::kill(self.keeper, libc::SIGKILL);
            }
            return;
        }
        let limits = &self.order.job.limits;
        let excess = if self.stdout.total + self.stderr.total > limits.output_bytes {
            Outcome::OutputLimit
        } else if self.peak.resident_bytes > limits.memory_bytes {
            Outcome::MemoryLimit
        } else if self.peak.tasks > limits.processes {
            Outcome::ProcessLimit
        } else if self.peak.cpu >= limits.cpu {
            Outcome::CpuLimit
        } else if now.duration_since(self.started) >= limits.wall {
            Outcome::WallLimit
        } else {
            return;
        };
        self.stop(excess);
    }

    fn stop(&mut self, why: Outcome) {
        self.stopped = Some((why, Instant::now()));
        let namespaces = self.order.plan.namespaces != Namespaces::None;
        sys::kill(self.keeper, if namespaces { libc::SIGKILL } else { libc::SIGTERM });
    }
}
