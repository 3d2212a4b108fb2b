//! `gradus worker`: grades what is in a queue.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gradus_judge::batch::Entry;
use gradus_judge::{Judge, Outcome};
use gradus_queue::Work;

use crate::Ending;
use crate::arguments::{Protection, Worker};
use crate::commands::grade::{jobs, staff_judge};
use crate::commands::{find_assignment, open_sandbox, queued};

/// Takes jobs until it is told to stop.
pub fn run(options: &Worker) -> anyhow::Result<Ending> {
    // Told now, not with the first job.
    open_sandbox(options.protection)?;
    let queue = queued::open(&options.queue)?;
    let jobs = jobs(options.jobs);
    eprintln!("at work on the queue {} in {}, {jobs} at a time", queue.name(), queue.gradebook().place());
    let judges = Judges { protection: options.protection, open: Mutex::default() };
    let work = Work {
        jobs,
        lease: Duration::from_secs(options.lease.into()),
        until_empty: options.until_empty,
        grade: Box::new(move |assignment, entry| judges.grade(assignment, entry)),
        tell: Box::new(|what| eprintln!("{what}")),
    };
    queue.work(work).map_err(queued::hinted)?;
    Ok(Ending::Well)
}

/// One judge for each assignment that came up.
struct Judges {
    protection: Protection,
    open: Mutex<HashMap<String, Arc<Judge>>>,
}

impl Judges {
    fn grade(&self, assignment: &str, entry: &Entry) -> Outcome {
        match self.judge(assignment) {
            Ok(judge) => judge.grade(entry),
            Err(error) => {
                Outcome::fault(&entry.name, &format!("{error:#}"), "does `gradus grade` work on this machine?")
            }
        }
    }

    fn judge(&self, assignment: &str) -> anyhow::Result<Arc<Judge>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(judge) = open.get(assignment) {
            return Ok(judge.clone());
        }
        let judge = Arc::new(staff_judge(find_assignment(assignment)?, self.protection)?);
        open.insert(assignment.to_owned(), judge.clone());
        Ok(judge)
    }
}
