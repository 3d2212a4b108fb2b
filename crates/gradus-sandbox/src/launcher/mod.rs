//! The launcher: a process of our own between the caller and the job.
//!
//! It is a fresh program with one thread and an empty environment, because the steps between fork and exec allocate
//! memory, which a caller with threads could not safely do.

pub(crate) mod cgroup;
mod confine;
mod descriptors;
mod failure;
mod filesystem;
mod identity;
mod keeper;
mod landlock;
mod message;
mod namespaces;
pub(crate) mod process_tree;
mod resources;
mod seccomp;
mod self_check;
mod supervise;
mod sys;
mod syscalls;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Outcome, SandboxError};

use super::order::{self, Order, Report, Stream};
use supervise::Supervised;

/// The name (first argument) that turns the program into a launcher. No one types it by accident.
pub(crate) const NAME: &str = "gradus sandbox launcher";

/// Whether this program has called [`run_if_asked`], and so can be started again as launcher.
static ANSWERS: AtomicBool = AtomicBool::new(false);

/// Serves as the sandbox's launcher if this process was started as one, and then does not return. To be called first
/// thing in `main`, before any thread is started; otherwise it does nothing.
pub fn run_if_asked() {
    ANSWERS.store(true, Ordering::Relaxed);
    if std::env::args_os().next().is_some_and(|name| name == NAME) {
        serve();
    }
}

/// The running program, if it answers when it is started as launcher.
pub(crate) fn own_executable() -> Result<PathBuf, SandboxError> {
    let executable = PathBuf::from("/proc/self/exe");
    if !ANSWERS.load(Ordering::Relaxed) {
        return Err(SandboxError::NoLauncher {
            what: "this program does not call gradus_sandbox::launcher::run_if_asked".into(),
            hint: "call it first thing in main, or name a launcher with Options::with_launcher".into(),
        });
    }
    if !executable.exists() {
        return Err(SandboxError::NoLauncher {
            what: "/proc is not mounted, so this program cannot be started again".into(),
            hint: "mount /proc, or name a launcher with Options::with_launcher".into(),
        });
    }
    Ok(executable)
}

fn serve() -> ! {
    let code = match descriptors::take_over() {
        Ok(mut caller) => {
            let served = order::receive::<Order>(&mut caller.control).map(|order| {
                let control = &caller.control;
                let channel = caller.channel;
                catch_unwind(AssertUnwindSafe(|| supervise::run(&order, control, channel))).unwrap_or_else(|payload| {
                    let text = payload.downcast_ref::<String>().map(String::as_str);
                    let text = text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no text");
                    Supervised::fault(format!("the launcher panicked: {text}"))
                })
            });
            // A caller that has gone away needs no report.
            served.and_then(|supervised| deliver(&caller.control, &supervised)).map_or(1, |()| 0)
        }
        Err(_) => 1,
    };
    sys::exit_now(code)
}

fn deliver(mut control: &std::os::unix::net::UnixStream, supervised: &Supervised) -> std::io::Result<()> {
    order::send(&mut control, &supervised.report)?;
    control.write_all(&supervised.stdout)?;
    control.write_all(&supervised.stderr)
}

impl Supervised {
    fn fault(what: String) -> Supervised {
        Supervised {
            report: Report {
                outcome: Outcome::Fault { what },
                step: None,
                cpu: std::time::Duration::ZERO,
                wall: std::time::Duration::ZERO,
                peak_memory_bytes: 0,
                stdout: Stream::default(),
                stderr: Stream::default(),
                notes: Vec::new(),
            },
            stdout: Vec::new(),
            stderr: Vec::new(),
        }
    }
}
