//! Why a notebook could not be run at all.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::DEFAULT_KERNEL;

/// Why a notebook could not be run at all.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// No kernel of this name is installed.
    #[error("there is no kernel `{name}`")]
    UnknownKernel {
        /// The name.
        name: String,
        /// The kernels that there are.
        known: Vec<String>,
    },
    /// A kernel's entry in Jupyter's list is not in order.
    #[error("the kernel's entry {path} is not in order: {reason}", path = path.display())]
    KernelSpec {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Something that a kernel needs could not be made.
    #[error("{what} could not be prepared")]
    Prepare {
        /// What.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The kernel's program could not be started.
    #[error("the kernel `{kernel}` cannot be started: {program}")]
    Start {
        /// Its name.
        kernel: String,
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The kernel ended before it could run a cell.
    #[error("the kernel `{kernel}` ended ({how}) before it could run a cell{}", quoted(.log))]
    EndedAtStart {
        /// Its name.
        kernel: String,
        /// Its exit code or signal.
        how: String,
        /// The last that it wrote.
        log: String,
    },
    /// The kernel runs, but does not answer.
    #[error("the kernel `{kernel}` did not answer within {} s{}", .after.as_secs(), quoted(.log))]
    NoAnswer {
        /// Its name.
        kernel: String,
        /// How long it had.
        after: Duration,
        /// The last that it wrote.
        log: String,
    },
    /// A message could not be sent to the kernel.
    #[error("a message to the kernel could not be sent")]
    Send {
        /// What ZeroMQ said.
        source: zeromq::ZmqError,
    },
    /// Somebody asked to stop.
    #[error("stopped by a signal; the kernel was ended")]
    Stopped,
}

impl ExecuteError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownKernel { name, known } => {
                let others = match known.as_slice() {
                    [] => "no other kernel is installed".to_owned(),
                    known => format!("--kernel chooses another; there are: {}", known.join(", ")),
                };
                let install = if name == DEFAULT_KERNEL { "`gradus kernel install` installs it; " } else { "" };
                format!("{install}{others}")
            }
            Self::KernelSpec { .. } => "install the kernel again, or choose another with --kernel".to_owned(),
            Self::Prepare { .. } => "is there room in the folder for temporary files, $TMPDIR?".to_owned(),
            Self::Start { .. } | Self::EndedAtStart { .. } => {
                "install the kernel again, or choose another with --kernel; `jupyter kernelspec list` shows where it is"
                    .to_owned()
            }
            Self::NoAnswer { .. } | Self::Send { .. } => {
                "is the machine very busy? run the notebook again, or choose another kernel with --kernel".to_owned()
            }
            Self::Stopped => "nothing was written; run the notebook again".to_owned(),
        }
    }
}

/// The kernel's own last words, set apart.
fn quoted(log: &str) -> String {
    if log.is_empty() { String::new() } else { format!(":\n{log}") }
}
