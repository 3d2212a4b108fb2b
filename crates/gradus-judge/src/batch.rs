//! Grading many submissions at once, none of which can harm another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::grade::Outcome;
use crate::judge::submission_name;

/// One submission to grade.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The name that its reports get.
    pub name: String,
    /// The file or folder.
    pub path: PathBuf,
    /// What its random inputs come from.
    pub seed: u64,
}

impl Entry {
    /// A submission that is called as its file or folder is.
    pub fn new(path: PathBuf, seed: u64) -> Self {
        Self { name: submission_name(&path), path, seed }
    }
}

/// Something that can be graded.
pub trait Submitted: Sync {
    /// The name that its reports get.
    fn name(&self) -> &str;
}

impl Submitted for Entry {
    fn name(&self) -> &str {
        &self.name
    }
}

/// Grades all entries on `jobs` threads and returns their outcomes in the order of the entries.
///
/// `grade` makes the outcome of one, in most cases by [`Judge::grade`](crate::Judge::grade). When it panics, that is a
/// fault of ours, and the others are graded all the same.
pub fn grade_all<S: Submitted>(entries: &[S], jobs: usize, grade: &(dyn Fn(&S) -> Outcome + Sync)) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<OnceLock<Outcome>> = entries.iter().map(|_| OnceLock::new()).collect();
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, entries.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(entry) = entries.get(index) else { break };
                    let outcome = catch_unwind(AssertUnwindSafe(|| grade(entry)));
                    let _ = outcomes[index].set(outcome.unwrap_or_else(|_| panicked(entry)));
                }
            });
        }
    });
    let taken = outcomes.into_iter().zip(entries);
    taken.map(|(outcome, entry)| outcome.into_inner().unwrap_or_else(|| panicked(entry))).collect()
}

fn panicked<S: Submitted>(entry: &S) -> Outcome {
    let hint = "this is not the student's doing: report it with the submission";
    Outcome::fault(entry.name(), &"the grader panicked; its message stands above", hint)
}
