//! The commands, one file each, and what they share.

#[cfg(feature = "staff")]
mod authored;
pub mod check;
mod completion;
#[cfg(feature = "staff")]
pub mod convert;
pub mod data;
#[cfg(feature = "staff")]
pub mod demo;
mod engines;
#[cfg(feature = "staff")]
pub mod generate;
#[cfg(feature = "staff")]
pub mod grade;
#[cfg(feature = "staff")]
pub mod gradebook;
#[cfg(feature = "staff")]
mod intake;
pub mod kernel;
#[cfg(feature = "staff")]
pub mod lint;
#[cfg(feature = "staff")]
mod queued;
#[cfg(feature = "staff")]
mod recording;
#[cfg(feature = "staff")]
pub mod regrade;
#[cfg(feature = "staff")]
pub mod release;
pub mod run;
pub mod sandbox;
#[cfg(feature = "staff")]
pub mod similar;
pub mod submit;
#[cfg(feature = "staff")]
pub mod worker;

use std::path::{Path, PathBuf};

use gradus_assignments::{ASSIGNMENTS, Assignment};
use gradus_judge::Judge;
use gradus_question::Check;
use gradus_sandbox::{Level, Requirement, Sandbox, SandboxError};

use crate::arguments::{Protection, RequiredLevel, SandboxChoice};
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
fn open_judge(assignment: &'static Assignment, checks: Vec<Check>, protection: Protection) -> anyhow::Result<Judge> {
    let sandbox = open_sandbox(protection)?;
    // Submission after submission there are calls with arrays of the same sizes.
    gradus_nn::keep_freed_memory();
    Judge::new(assignment, checks, sandbox).map_err(|error| {
        let hint = error.hint();
        Hinted::new(error.to_string(), hint).into()
    })
}

/// The sandbox that was asked for, or why it cannot be had and what to do.
fn open_sandbox(protection: Protection) -> anyhow::Result<Sandbox> {
    let required = match protection.require_sandbox {
        RequiredLevel::Full => Level::Full,
        RequiredLevel::Restricted => Level::Restricted,
        RequiredLevel::Filtered => Level::Filtered,
    };
    let requirement = match protection.sandbox {
        SandboxChoice::Auto => Requirement::AtLeast(required),
        SandboxChoice::LimitsOnly => Requirement::LimitsOnly,
    };
    Sandbox::probe(requirement).map_err(|error| {
        let hint = match &error {
            SandboxError::LevelTooLow { available, .. } if *available >= Level::Restricted => {
                "`gradus sandbox doctor` shows each layer; --require-sandbox=restricted accepts what there is"
            }
            SandboxError::LevelTooLow { .. } => {
                "`gradus sandbox doctor` shows each layer; files that you trust can run with --sandbox=limits-only"
            }
            _ => "strangers' code needs a sandbox; see `gradus sandbox doctor`",
        };
        Hinted::new(error.to_string(), hint).into()
    })
}

/// The path without `.` or a trailing slash, so that it has a name.
fn with_name(path: &Path) -> PathBuf {
    if path.file_name().is_some() { path.to_owned() } else { path.canonicalize().unwrap_or_else(|_| path.to_owned()) }
}
