//! Waiting for what workers make of submissions.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use gradus_gradebook::{Attempt, Gradebook, GradebookError};
use gradus_judge::Outcome;

use crate::Queue;
use crate::queue::patiently;

/// How often the database is asked.
const INTERVAL: Duration = Duration::from_millis(300);
/// How long the database may be away.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long no worker may be heard of before that is told.
const SILENCE: Duration = Duration::from_secs(20);

/// Waits for the outcomes of a queue.
pub struct Waiting<'a> {
    queue: &'a Queue,
    told: AtomicBool,
    tell: &'a (dyn Fn(&str) + Sync),
}

impl<'a> Waiting<'a> {
    /// Waits for the outcomes of a queue; says with `tell` what a person should know meanwhile.
    pub fn new(queue: &'a Queue, tell: &'a (dyn Fn(&str) + Sync)) -> Self {
        Self { queue, told: AtomicBool::new(false), tell }
    }

    /// The outcome of a job, once it has ended; none if somebody has removed it from the queue.
    ///
    /// # Errors
    /// When the gradebook cannot be read for minutes.
    pub fn outcome(&self, job: &str, attempt: &Attempt<'_>) -> Result<Option<Outcome>, GradebookError> {
        let start = Instant::now();
        while !self.patiently(|gradebook| gradebook.has_ended(job))? {
            if start.elapsed() > SILENCE && !self.told.load(Ordering::Relaxed) {
                self.tell_of_silence()?;
            }
            sleep(INTERVAL);
        }
        self.patiently(|gradebook| gradebook.last_outcome(attempt.student, attempt.content, attempt.version))
    }

    /// A queue that nobody works on can be waited for without an end.
    fn tell_of_silence(&self) -> Result<(), GradebookError> {
        let seconds = SILENCE.as_secs_f64();
        let live = self.patiently(|gradebook| gradebook.live_workers(&self.queue.name, seconds))?;
        if live == 0 && !self.told.swap(true, Ordering::Relaxed) {
            (self.tell)(&format!(
                "no worker of this program was heard of on this queue for {seconds} s; if none runs, start some with \
                 `gradus worker`"
            ));
        }
        Ok(())
    }

    fn patiently<T>(&self, ask: impl Fn(&Gradebook) -> Result<T, GradebookError>) -> Result<T, GradebookError> {
        patiently(PATIENCE, INTERVAL, || ask(&self.queue.gradebook))
    }
}
