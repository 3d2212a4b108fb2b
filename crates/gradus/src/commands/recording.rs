//! Grading with a gradebook: what is in it is not graded again, and what is graded is in it before anybody hears of it.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gradus_assignments::Assignment;
use gradus_gradebook::{Attempt, Content, Gradebook, GradebookError, Place, Recorded, Version};
use gradus_judge::batch::Entry;
use gradus_judge::{Judge, Outcome, SourceScan, report};

use crate::commands::grade::staff_key;
use crate::error::Hinted;

/// A judge with a gradebook.
pub struct Recording<'a> {
    /// The judge.
    pub judge: &'a Judge,
    /// Where outcomes are kept.
    pub gradebook: &'a Gradebook,
    /// What is graded under.
    pub version: Version,
    /// Whether everything is graded, whatever is in the gradebook.
    pub force: bool,
    /// A seed that a grading has to have come from to be taken.
    pub seed: Option<u64>,
    /// Where results are written after each check, if anywhere.
    pub unfinished: Option<&'a Path>,
    /// What was not simply graded.
    pub seen: Mutex<Seen>,
}

/// What was not simply graded.
#[derive(Default)]
pub struct Seen {
    /// How many were taken from the gradebook.
    pub taken: usize,
    /// Names of those that had been graded under another version, with the points before and after.
    pub changed: Vec<(String, Option<u32>, Option<u32>)>,
}

impl Recording<'_> {
    /// The outcome of a submission: the recorded one, or a new one that is then recorded.
    pub fn grade(&self, entry: &Entry) -> Outcome {
        // What cannot be read is for the judge to explain.
        let Ok(content) = Content::read(&entry.path) else { return self.judge.grade(entry) };
        self.take_or_grade(entry, &content).unwrap_or_else(|error| Outcome::fault(&entry.name, &error, error.hint()))
    }

    fn take_or_grade(&self, entry: &Entry, content: &Content) -> Result<Outcome, GradebookError> {
        let recorded = match self.gradebook.recorded(&entry.name, &self.version.assignment, content) {
            // Grading it again is what mends a record that cannot be read.
            Err(GradebookError::Record { .. }) if self.force => None,
            recorded => recorded?,
        };
        if let Some(recorded) = &recorded
            && may_be_taken(recorded, &self.version, self.force, self.seed)
        {
            self.seen().taken += 1;
            return Ok(recorded.outcome.clone());
        }
        let outcome = self.judge.grade_and_tell(entry, &|grade| {
            if let Some(out) = self.unfinished {
                // What keeps it from being written keeps the report from it too, and is told then.
                let _ = report::write_unfinished(grade, self.judge.check_count(), self.judge.max_points(), out);
            }
        });
        let attempt = Attempt { student: &entry.name, content, version: &self.version, seed: entry.seed };
        self.gradebook.record(&attempt, &outcome)?;
        let before = recorded.filter(|recorded| recorded.version_hash != self.version.hash);
        if let Some(before) = before.filter(|_| outcome.points().is_some()) {
            self.seen().changed.push((entry.name.clone(), before.outcome.points(), outcome.points()));
        }
        Ok(outcome)
    }

    /// What was not simply graded so far.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a recorded result does instead of grading again: of the same key, and of the seed that is asked for.
pub fn may_be_taken(recorded: &Recorded, version: &Version, force: bool, seed: Option<u64>) -> bool {
    !force && recorded.version_hash == version.hash && seed.is_none_or(|seed| seed == recorded.seed)
}

/// The version that an assignment is graded under.
pub fn version(assignment: &Assignment, scan: SourceScan) -> anyhow::Result<Version> {
    let hash = gradus_grader::version(assignment.id)
        .ok_or_else(|| Hinted::new(format!("`{}` has no key", assignment.id), "this is a fault of ours: report it"))?;
    let without_scan = if scan == SourceScan::Off { "-without-scan" } else { "" };
    Ok(Version {
        hash: format!("{hash}{without_scan}"),
        assignment: assignment.id.to_owned(),
        title: assignment.manifest()?.title,
        max_points: (staff_key(assignment)?.hidden_checks)().iter().map(|check| check.points).sum(),
    })
}

/// Opens a gradebook, and makes it if it is not there.
pub fn open(place: &Place) -> anyhow::Result<Gradebook> {
    Gradebook::open(place).map_err(hinted)
}

/// Opens a gradebook that has to be there.
pub fn open_existing(place: &Place) -> anyhow::Result<Gradebook> {
    Gradebook::open_existing(place).map_err(hinted)
}

/// Points as people read them, also where there are none.
pub fn points(points: Option<impl Display>) -> String {
    points.map_or_else(|| "none".to_owned(), |points| points.to_string())
}

/// The error with its hint.
pub fn hinted(error: GradebookError) -> anyhow::Error {
    let hint = error.hint();
    Hinted::new(error.to_string(), hint).into()
}
