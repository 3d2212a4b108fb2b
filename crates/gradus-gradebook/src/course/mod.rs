//! A course's rules: deadlines, late days, extensions, which submission counts, and what the parts weigh.
//!
//! What was earned is in the gradebook; this only says what it is worth.

mod grades;
mod worth;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;
use thiserror::Error;

pub use grades::CourseGrade;
pub use worth::{Lateness, Worth};

/// What stands in the place of an assignment where a part of the course is scored by hand, in percent.
pub const BY_HAND: &str = "course";

/// The rules of a course, from its `course.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Its title.
    pub title: String,
    /// The time zone that its deadlines are in, for example `Europe/Zurich`.
    pub time_zone: String,
    /// How many days a student may be late in the whole course without losing anything.
    #[serde(default)]
    pub late_days: u32,
    /// The part of the course grade, in percent, that is needed to pass.
    pub pass: Option<f64>,
    /// Its assignments.
    #[serde(default)]
    pub assignments: Vec<Deadlines>,
    /// Who has more time.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    /// What the course grade is made of.
    #[serde(default)]
    pub components: Vec<Component>,
}

/// When an assignment is due.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    /// The assignment's id.
    pub id: String,
    /// Until the end of this minute, nothing is lost.
    pub soft: DateTime,
    /// Until the end of this minute, it is taken at all; the soft deadline where there is none.
    pub hard: Option<DateTime>,
    /// The part of the points that is lost between the two, from 0 to 1.
    #[serde(default)]
    pub penalty: f64,
    /// Which of several submissions counts.
    #[serde(default)]
    pub counts: Counts,
}

/// Which of several submissions counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// The one that the grader met last.
    #[default]
    Last,
    /// The one with the most points, once the penalty for being late is taken off.
    Best,
}

/// More time for one student.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// The student's name, as their submissions have it.
    pub student: String,
    /// The assignment's id.
    pub assignment: String,
    /// By how many days both deadlines are later.
    pub days: u32,
}

/// A part of the course grade.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// What it weighs; all weights together make the whole.
    pub weight: f64,
    /// The assignments that it is the mean of. Without any, it is scored by hand, in percent.
    #[serde(default)]
    pub assignments: Vec<String>,
    /// The part of it, in percent, without which the course is not passed.
    pub minimum: Option<f64>,
}

/// Why a file does not say what a course's rules are.
#[derive(Debug, Error)]
pub enum CourseError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not TOML, or has other fields.
    #[error("{}: {source}", .path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: Box<toml::de::Error>,
    },
    /// It contradicts itself.
    #[error("{}: {what}", .path.display())]
    Rule {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl CourseError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Read { .. } => "give the file that holds the course's rules with --course",
            Self::Form { .. } => "docs/gradebook.md has an example; a time is written \"2026-01-15T23:59\", in quotes",
            Self::Rule { .. } => "mend it there; docs/gradebook.md has an example",
        }
    }
}

impl Course {
    /// Reads `course.toml`.
    ///
    /// # Errors
    /// When it cannot be read, or its rules are none.
    pub fn read(path: &Path) -> Result<Self, CourseError> {
        let text = fs::read_to_string(path).map_err(|source| CourseError::Read { path: path.to_owned(), source })?;
        let course: Self = toml::from_str(&text)
            .map_err(|source| CourseError::Form { path: path.to_owned(), source: Box::new(source) })?;
        course.fault().map_or(Ok(course), |what| Err(CourseError::Rule { path: path.to_owned(), what }))
    }

    /// The first rule that is none.
    fn fault(&self) -> Option<String> {
        if let Err(error) = TimeZone::get(&self.time_zone) {
            return Some(format!("time_zone: {error}"));
        }
        let mut ids = BTreeSet::new();
        for deadlines in &self.assignments {
            let id = &deadlines.id;
            if !ids.insert(id) {
                return Some(format!("the assignment `{id}` is there twice"));
            }
            if deadlines.hard.is_some_and(|hard| hard < deadlines.soft) {
                return Some(format!("the hard deadline of `{id}` comes before its soft one"));
            }
            if !(0.0..=1.0).contains(&deadlines.penalty) {
                return Some(format!(
                    "the penalty of `{id}` is a part of the points, from 0 to 1, not {}",
                    deadlines.penalty
                ));
            }
        }
        for component in &self.components {
            if !(component.weight.is_finite() && component.weight > 0.0) {
                return Some(format!("the weight of `{}` is no number above 0", component.name));
            }
        }
        None
    }
}
