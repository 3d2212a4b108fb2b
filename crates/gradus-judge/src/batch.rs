//! Grading many submissions at once, none of which can harm another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::grade::Outcome;
use crate::judge::{Judge, submission_name};

/// One submission to grade.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The file or folder.
    pub path: PathBuf,
    /// What its random inputs come from.
    pub seed: u64,
}

/// Grades all entries on `jobs` threads and returns their outcomes in the order of the entries.
///
/// `finished` is called with each outcome as soon as it is there, from the thread that graded it; it may change the
/// outcome, for example into a fault when its report cannot be written.
pub fn grade_all(
    judge: &Judge,
    entries: &[Entry],
    jobs: usize,
    finished: &(dyn Fn(&mut Outcome) + Sync),
) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<Mutex<Option<Outcome>>> = entries.iter().map(|_| Mutex::new(None)).collect();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, entries.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(entry) = entries.get(index) else { break };
                    let mut outcome = grade_one(judge, entry);
                    finished(&mut outcome);
                    *outcomes[index].lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(outcome);
                }
            });
        }
    });
    let taken = outcomes.into_iter().zip(entries).map(|(outcome, entry)| {
        let outcome = outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        outcome.unwrap_or_else(|| panicked(entry))
    });
    taken.collect()
}

fn grade_one(judge: &Judge, entry: &Entry) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| judge.grade(&entry.path, entry.seed))).unwrap_or_else(|_| panicked(entry))
}

fn panicked(entry: &Entry) -> Outcome {
    Outcome::Fault {
        submission: submission_name(&entry.path),
        message: "the grader panicked; its message stands above".to_owned(),
        hint: "this is not the student's doing: report it with the submission".to_owned(),
    }
}
