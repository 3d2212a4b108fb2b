//! How strong the sandbox is on this machine, and which of its layers make it so.

use serde::{Deserialize, Serialize};

/// What a sandbox holds against, from weakest to strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// A process of its own, resource limits, wall clock, no inherited environment or descriptors. The job can do
    /// whatever the caller can: for trusted code only.
    LimitsOnly = 0,
    /// A system call filter, and a user of its own if started as root: no network, no signals, no tracing. The job
    /// can still read what its user can; without a user of its own that is all the caller can.
    Filtered = 1,
    /// The job can open the files it was given and no others. They can still be asked for their size and date, and
    /// without a user of its own a compiler could change their permissions (landlock has no say in that).
    Restricted = 2,
    /// The job has its own file tree, processes, network and IPC on top; other files do not exist for it.
    Full = 3,
}

/// What the caller insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// At least this level, or an error.
    AtLeast(Level),
    /// Whatever the machine offers, down to bare limits: only for code that the caller would run anyway.
    LimitsOnly,
}

impl Requirement {
    /// The lowest level that satisfies it.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Requirement::AtLeast(level) => level,
            Requirement::LimitsOnly => Level::LimitsOnly,
        }
    }
}

/// One mechanism of the sandbox, as found on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Whether jobs get it.
    pub active: bool,
    /// What it protects from.
    pub protects_from: String,
    /// Set if it is not active.
    pub missing: Option<Missing>,
}

/// Why a layer is missing, and what can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// What went wrong when it was tried.
    pub why: String,
    /// How to get it.
    pub remedy: String,
}

impl std::fmt::Display for Level {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Level::LimitsOnly => "limits only",
            Level::Filtered => "filtered",
            Level::Restricted => "restricted",
            Level::Full => "full",
        })
    }
}
