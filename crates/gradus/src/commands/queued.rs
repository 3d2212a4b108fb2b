//! `gradus grade --queue`: submissions into a queue, and the outcomes of its workers into reports.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use gradus_assignments::ASSIGNMENTS;
use gradus_gradebook::{Attempt, Content, Place, Version};
use gradus_judge::batch::Entry;
use gradus_judge::{Outcome, SourceScan};
use gradus_queue::{Queue, QueueError, Waiting};
use sha2::{Digest, Sha256};

use crate::Ending;
use crate::arguments::Grade;
use crate::commands::grade::{conclude, grade_and_write, prepare_folder};
use crate::commands::recording::{self, Seen};
use crate::commands::{find_assignment, intake};
use crate::error::Hinted;

/// Where a submission is.
enum Ticket {
    /// It has its outcome: it was graded before, or cannot be read.
    Done(Outcome),
    /// Its job is in the queue.
    Waiting { job: String, content: Content, before: Option<Option<u32>> },
}

/// Puts into the queue what is not graded yet, waits for the outcomes unless told otherwise, and writes them.
pub fn run(options: &Grade, place: &Place) -> anyhow::Result<Ending> {
    let assignment = find_assignment(&options.assignment)?;
    let mut scratch = Vec::new();
    let submissions = intake::submissions(&options.submissions, assignment.id, &mut scratch)?;
    prepare_folder(&options.out)?;
    let queue = open(place)?;
    let version = recording::version(assignment, SourceScan::On)?;
    let entries = intake::entries(submissions, queue.gradebook(), options.seed)?;
    let mut seen = Seen::default();
    let mut tickets = BTreeMap::new();
    for entry in &entries {
        tickets.insert(entry.name.as_str(), ticket(options, &queue, &version, entry, &mut seen)?);
    }
    let open = tickets.values().filter(|ticket| matches!(ticket, Ticket::Waiting { .. })).count();
    eprintln!("{open} of {} are in the queue", entries.len());
    if options.no_wait {
        return Ok(Ending::Well);
    }

    let waiting = Waiting::new(&queue, &|what| eprintln!("{what}"));
    let seen = Mutex::new(seen);
    let outcome = |entry: &Entry| match &tickets[entry.name.as_str()] {
        Ticket::Done(outcome) => outcome.clone(),
        Ticket::Waiting { job, content, before } => {
            let attempt = Attempt { student: &entry.name, content, version: &version, seed: entry.seed };
            match waiting.outcome(job, &attempt) {
                Ok(Some(outcome)) => {
                    if let Some(before) = before {
                        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                        seen.changed.push((entry.name.clone(), *before, outcome.points()));
                    }
                    outcome
                }
                Ok(None) => {
                    Outcome::fault(&entry.name, &"its job is gone from the queue", "give the same command again")
                }
                Err(error) => Outcome::fault(&entry.name, &error, error.hint()),
            }
        }
    };
    let outcomes = grade_and_write(&entries, 1, &options.out, &outcome)?;
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    conclude(options, &outcomes, &seen, queue.gradebook().place())
}

/// Opens the queue of the workers whose keys are in the state of this program's.
pub fn open(place: &Place) -> anyhow::Result<Queue> {
    let mut hash = Sha256::new();
    for assignment in ASSIGNMENTS {
        hash.update(gradus_grader::version(assignment.id).unwrap_or_default());
    }
    let state: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Queue::open(place, &format!("gradus-{state}")).map_err(hinted)
}

/// The error with its hint.
pub fn hinted(error: QueueError) -> anyhow::Error {
    let hint = error.hint();
    Hinted::new(error.to_string(), hint).into()
}

fn ticket(options: &Grade, queue: &Queue, version: &Version, entry: &Entry, seen: &mut Seen) -> anyhow::Result<Ticket> {
    let content = match Content::read(&entry.path) {
        Ok(content) => content,
        Err(error) => {
            let (submission, message, hint) = (entry.name.clone(), error.to_string(), error.hint().to_owned());
            let max_points = version.max_points;
            return Ok(Ticket::Done(Outcome::Unreadable { submission, max_points, message, hint }));
        }
    };
    let gradebook = queue.gradebook();
    let recorded = gradebook.recorded(&entry.name, &version.assignment, &content).map_err(recording::hinted)?;
    if let Some(recorded) = &recorded
        && recording::may_be_taken(recorded, version, options.force, options.seed)
    {
        seen.taken += 1;
        return Ok(Ticket::Done(recorded.outcome.clone()));
    }
    let attempt = Attempt { student: &entry.name, content: &content, version, seed: entry.seed };
    let job = gradebook.enqueue(queue.name(), &attempt).map_err(recording::hinted)?;
    let before = recorded.filter(|recorded| recorded.version_hash != version.hash);
    let before = before.map(|recorded| recorded.outcome.points());
    Ok(Ticket::Waiting { job, content, before })
}
