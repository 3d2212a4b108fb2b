//! What can go wrong on the caller's side. How the job ended is not an error: see [`Outcome`](crate::Outcome).

use std::path::PathBuf;

use crate::Level;

/// Why a sandbox could not be had or a job could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// There is no sandbox for this operating system or processor.
    #[error(
        "there is no sandbox for {system}, and without one no submission is run; use Linux on x86_64 or aarch64: a virtual \
         machine, a container, or WSL 2 will do"
    )]
    Unsupported {
        /// Operating system and processor.
        system: String,
    },
    /// The machine does not offer the level that was asked for.
    #[error("the sandbox reaches level \"{available}\" here, and \"{required}\" is required: {missing}")]
    LevelTooLow {
        /// What the caller asked for.
        required: Level,
        /// What the machine offers.
        available: Level,
        /// Each missing layer with its reason and how to get it.
        missing: String,
    },
    /// This program cannot serve as its own launcher.
    #[error("no launcher: {what}; {hint}")]
    NoLauncher {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The launcher could not be started.
    #[error("cannot start the sandbox launcher {}: {source}", path.display())]
    Launch {
        /// The executable.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The launcher ended or fell silent without a report; the job's processes were killed.
    #[error("lost the sandbox launcher: {what}")]
    Lost {
        /// What was seen of it.
        what: String,
    },
    /// The job as described cannot mean anything.
    #[error("this job cannot be run: {what}; {hint}")]
    InvalidJob {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
}
