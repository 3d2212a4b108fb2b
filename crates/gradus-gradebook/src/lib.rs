//! The gradebook: which submission was graded when, under which key, with which result, and what was scored by hand.
//!
//! One SQLite file, or a PostgreSQL database that many machines share ([`Place`]). Each outcome is written in one
//! transaction as soon as it is there, so a grading that is killed goes on where it stopped. Nothing in it is
//! overwritten: a newer grading supersedes an older one, which stays, and what was handed in is kept with it. So it can
//! always be told why somebody has a score.
//!
//! Grading itself is the judge's. What points are worth in a course, by its deadlines and weights, is in [`course`], and
//! nothing of that is kept: other rules give other grades from the same gradebook.
//!
//! Names: a *version* is an assignment with its hidden checks at one state of both; a *submission* is one content handed
//! in by one student; a *grading* is what the judge said of a submission under a version.

mod book;
mod content;
pub mod course;
mod error;
mod export;
mod history;
mod jobs;
mod place;
mod record;
mod regrade;
mod roster;

pub use book::{Gradebook, Version};
pub use content::{Content, MAX_BYTES, MAX_FILES};
pub use error::GradebookError;
pub use export::{Format, Score, export};
pub use history::{Comment, Graded, ManualScore, Standing, StudentHistory};
pub use jobs::{Claim, Job};
pub use place::Place;
pub use record::{Attempt, Recorded};
pub use regrade::{Change, CheckChange, Pending, Proposal};
pub use roster::Student;
