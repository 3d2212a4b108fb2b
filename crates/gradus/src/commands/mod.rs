//! The commands, one file each, and what they share.

pub mod check;
pub mod data;
#[cfg(feature = "staff")]
pub mod demo;
#[cfg(feature = "staff")]
pub mod generate;
#[cfg(feature = "staff")]
pub mod grade;
pub mod kernel;

use std::path::{Path, PathBuf};

use gradus_assignments::{ASSIGNMENTS, Assignment};
use gradus_judge::Judge;
use gradus_question::Check;
use gradus_sandbox::{Level, Requirement, Sandbox};

use crate::arguments::SandboxChoice;
use crate::error::Hinted;

/// The assignment with this id.
fn find_assignment(id: &str) -> anyhow::Result<&'static Assignment> {
    let known: Vec<_> = ASSIGNMENTS.iter().map(|assignment| assignment.id).collect();
    Assignment::find(id).ok_or_else(|| {
        let hint = format!("the assignments are: {}", known.join(", "));
        Hinted::new(format!("there is no assignment `{id}`"), hint).into()
    })
}

/// A judge with these checks, in the sandbox that was asked for.
fn open_judge(assignment: &'static Assignment, checks: Vec<Check>, choice: SandboxChoice) -> anyhow::Result<Judge> {
    let requirement = match choice {
        SandboxChoice::Auto => Requirement::AtLeast(Level::Restricted),
        SandboxChoice::LimitsOnly => Requirement::LimitsOnly,
    };
    let sandbox = Sandbox::probe(requirement).map_err(|error| {
        let hint = "strangers' code needs a sandbox; files that you trust can run with --sandbox=limits-only";
        Hinted::new(error.to_string(), hint)
    })?;
    Judge::new(assignment, checks, sandbox).map_err(|error| {
        let hint = error.hint();
        Hinted::new(error.to_string(), hint).into()
    })
}

/// The path without `.` or a trailing slash, so that it has a name.
fn with_name(path: &Path) -> PathBuf {
    if path.file_name().is_some() { path.to_owned() } else { path.canonicalize().unwrap_or_else(|_| path.to_owned()) }
}
