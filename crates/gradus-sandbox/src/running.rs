//! A job that has been started, seen from the caller.

use std::io::{self, PipeReader, PipeWriter};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::launcher::{cgroup, process_tree};
use super::order::receive_report;
use super::plan::{Plan, Step};
use crate::{Finished, SandboxError};

/// How long a worker may take to end after its requests have ended, before it is killed.
const GRACE: Duration = Duration::from_millis(500);
/// How long the launcher may take beyond the job's wall limit, before it is given up.
const LAUNCHER_GRACE: Duration = Duration::from_secs(15);

/// A job that has been started. Dropping it kills the job and waits for its end.
///
/// A [`Profile::Worker`](crate::Profile::Worker) is talked to through [`requests`](Running::requests) (its
/// standard input) and [`replies`](Running::replies) (its standard output). Both are non-blocking on this side, because
/// a job may stop reading or writing at any time: use `poll` and a deadline. Written bytes are lost, and replies
/// end, when the job ends; how it ended tells [`finish`](Running::finish).
#[derive(Debug)]
pub struct Running {
    launcher: Child,
    control: UnixStream,
    requests: Option<PipeWriter>,
    replies: Option<PipeReader>,
    plan: Plan,
    give_up: Instant,
}

impl Running {
    pub(crate) fn new(
        launcher: Child,
        control: UnixStream,
        channel: Option<(PipeWriter, PipeReader)>,
        plan: Plan,
        wall: Duration,
    ) -> Running {
        let (requests, replies) = channel.unzip();
        let now = Instant::now();
        let give_up = now.checked_add(wall.saturating_add(LAUNCHER_GRACE));
        // A wall limit of centuries is the caller's way to say "none".
        let give_up = give_up.unwrap_or(now + Duration::from_secs(1 << 31));
        Running { launcher, control, requests, replies, plan, give_up }
    }

    /// Where to write requests; none for a job that is not a worker, or after [`Running::close_requests`].
    #[must_use]
    pub fn requests(&self) -> Option<&PipeWriter> {
        self.requests.as_ref()
    }

    /// Where to read replies; none for a job that is not a worker.
    #[must_use]
    pub fn replies(&self) -> Option<&PipeReader> {
        self.replies.as_ref()
    }

    /// The processor time that the job's processes have used, as the kernel counts it: unlike the clock on the wall it
    /// does not depend on what else the machine does, and unlike the job's own clock it cannot be faked. None if it
    /// cannot be told.
    #[must_use]
    pub fn processor_time(&self) -> Option<Duration> {
        process_tree::processor_time(i32::try_from(self.launcher.id()).ok()?)
    }

    /// Ends the requests: a worker takes it as the sign to end.
    pub fn close_requests(&mut self) {
        self.requests = None;
    }

    /// Kills the job, from any state. How it ended is still to be asked: [`Outcome::Killed`](crate::Outcome::Killed)
    /// unless it had ended before.
    pub fn kill(&mut self) {
        // An error means that the launcher has ended already.
        let _ = self.control.shutdown(Shutdown::Write);
    }

    /// Waits until the job ends by itself or by one of its limits. Replies are not read meanwhile.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] if the launcher ended without a report.
    pub fn wait(self) -> Result<Finished, SandboxError> {
        self.wait_with_step().map(|(finished, _)| finished)
    }

    /// Closes the requests, gives the job half a second to end, kills it if it has not, and waits for its end.
    ///
    /// # Errors
    /// [`SandboxError::Lost`] if the launcher ended without a report.
    pub fn finish(mut self) -> Result<Finished, SandboxError> {
        self.close_requests();
        if !self.report_within(GRACE) {
            self.kill();
        }
        self.wait()
    }

    pub(crate) fn wait_with_step(mut self) -> Result<(Finished, Option<Step>), SandboxError> {
        let lost = |what: String| SandboxError::Lost { what };
        if !self.report_within(self.give_up.saturating_duration_since(Instant::now())) {
            return Err(lost("no report long after the wall limit".into()));
        }
        // The launcher writes its report at one go; it cannot stop half-way unless it is stopped from outside.
        let received = self
            .control
            .set_read_timeout(Some(LAUNCHER_GRACE))
            .and_then(|()| receive_report(&mut self.control, self.plan));
        received.map_err(|error| lost(format!("its report ended early ({error}); the job was killed with it")))
    }

    fn report_within(&self, time: Duration) -> bool {
        let end = Instant::now().checked_add(time);
        loop {
            let left = end.map_or(time, |end| end.saturating_duration_since(Instant::now()));
            let timeout = Timespec::try_from(left).ok();
            let mut fds = [PollFd::new(&self.control, PollFlags::IN)];
            match poll(&mut fds, timeout.as_ref()) {
                Ok(ready) => return ready > 0,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }

    /// Waits for the launcher, which ends at once after its report or a kill; a stuck one is killed, and the job
    /// with it.
    fn reap(&mut self) -> io::Result<()> {
        if !self.report_within(LAUNCHER_GRACE) {
            self.launcher.kill()?;
        }
        // A report that nobody reads must not hold the launcher up.
        let _ = self.control.shutdown(Shutdown::Both);
        let status = self.launcher.wait()?;
        if status.signal().is_some() {
            // It could not clean up.
            cgroup::sweep();
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        // Nothing can be done about an error here; the launcher kills the job when this side of the socket closes.
        let _ = self.reap();
    }
}
