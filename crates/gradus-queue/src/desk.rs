//! Serving one job: grading, recording, trying again.

use std::env::temp_dir;
use std::sync::{Condvar, Mutex, PoisonError};

use apalis::prelude::{AbortError, BoxDynError};
use gradus_gradebook::{Claim, GradebookError, Job};
use gradus_judge::batch::Entry;
use gradus_judge::{Outcome, Scratch};

use crate::queue::patiently;
use crate::worker::PAUSE;
use crate::{Queue, Work};

/// The try whose outcome counts also when the grader is at fault.
pub const LAST_FAULT: usize = 3;
/// How often a job is tried whose workers die, or lose the database, before it has an outcome.
pub const LAST_TRY: usize = 5;

/// Where jobs are served: what all gradings of a process share.
pub(crate) struct Desk {
    /// How many more may be graded at this moment.
    free: Mutex<usize>,
    freed: Condvar,
    pub(crate) queue: Queue,
    pub(crate) work: Work,
}

impl Desk {
    /// A desk that serves as many jobs at a time as it is told.
    pub(crate) fn new(queue: Queue, work: Work) -> Self {
        Self { free: Mutex::new(work.jobs), freed: Condvar::new(), queue, work }
    }

    /// Grades, records, and says what came of it; an error is what makes the queue hand the job out again.
    pub(crate) fn serve(&self, job: &Job, id: &str, attempt: usize, worker: &str) -> Result<(), BoxDynError> {
        let _seat = self.take_seat();
        let tell = |what: &str| (self.work.tell)(&format!("{}, {}: {what}", job.student, job.version.assignment));
        let outcome = if attempt > LAST_TRY { died(job) } else { self.grade(job) };
        if let Outcome::Fault { message, .. } = &outcome
            && attempt < LAST_FAULT
        {
            tell(&format!("grader fault, to be tried again: {message}"));
            return Err(message.clone().into());
        }
        if !self.record(Claim { id, worker }, job, &outcome)? {
            tell("another worker has taken it over");
            return Ok(());
        }
        match &outcome {
            Outcome::Graded(grade) => tell(&format!("{} of {} points", grade.points(), grade.max_points())),
            Outcome::Unreadable { message, .. } => tell(message),
            Outcome::Fault { message, .. } => {
                tell(&format!("grader fault: {message}"));
                return Err(AbortError::new(message.clone()).into());
            }
        }
        Ok(())
    }

    fn grade(&self, job: &Job) -> Outcome {
        let grade = || {
            let content = self.queue.gradebook.content(&job.content_hash)?;
            let scratch = Scratch::new().map_err(|source| GradebookError::Content { path: temp_dir(), source })?;
            let path = content.unpack(scratch.path(), &job.student)?;
            let entry = Entry { name: job.student.clone(), path, seed: job.seed };
            Ok((self.work.grade)(&job.version.assignment, &entry))
        };
        grade().unwrap_or_else(|error: GradebookError| Outcome::fault(&job.student, &error, error.hint()))
    }

    /// Records an outcome, and waits for a server that went away: for as long as the job stays this worker's, and as
    /// long again.
    fn record(&self, claim: Claim<'_>, job: &Job, outcome: &Outcome) -> Result<bool, GradebookError> {
        patiently(2 * self.work.lease, PAUSE, || self.queue.gradebook.finish(claim, job, outcome))
    }

    /// Gradings of a worker that lost its server go on beside those of the worker after it.
    fn take_seat(&self) -> Seat<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Seat(self)
    }

    /// Waits until nothing is graded.
    pub(crate) fn wait_until_free(&self) {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let free = self.freed.wait_while(free, |free| *free < self.work.jobs);
        drop(free.unwrap_or_else(PoisonError::into_inner));
    }
}

/// The right to grade.
struct Seat<'a>(&'a Desk);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_all();
    }
}

/// The outcome of what no worker lived to grade.
fn died(job: &Job) -> Outcome {
    let hint = "have their machines enough memory? grade it alone, with `gradus grade`";
    Outcome::fault(&job.student, &format!("its graders died {LAST_TRY} times"), hint)
}
