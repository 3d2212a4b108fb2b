//! Runs one command under limits and tells, as a type, how it ended. Knows nothing of grading.
//!
//! ```no_run
//! use gradus_sandbox::{Job, Level, Outcome, Profile, Requirement, Sandbox, launcher};
//!
//! fn main() -> Result<(), gradus_sandbox::SandboxError> {
//!     launcher::run_if_asked(); // first thing in `main`: the sandbox starts this program again to be its launcher
//!     let sandbox = Sandbox::probe(Requirement::AtLeast(Level::Restricted))?;
//!     let job = Job::new("/usr/bin/cc", Profile::Compiler).argument("--version").executable("/usr");
//!     let finished = sandbox.run(&job)?;
//!     assert_eq!(finished.outcome, Outcome::Exited { code: 0 });
//!     Ok(())
//! }
//! ```
//!
//! Four processes are involved: the caller; the *launcher*, a single-threaded process that sets up the sandbox,
//! measures and kills; the *keeper*, process 1 of the job's namespaces, that ends everything when it ends; and the
//! job. Each ends with the one before it, however that one ended.
//!
//! A job either gets every layer that [`Sandbox::probe`] found, or it is [`Outcome::Refused`]: no step fails
//! silently. What is *not* covered: errors of the kernel, timing and other covert channels, and what the caller does
//! with the files and the text that a job leaves behind.

#![cfg_attr(
    not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))),
    expect(dead_code, reason = "what only a launcher needs is compiled everywhere, so that it cannot rot")
)]

mod error;
mod job;
mod level;
mod limits;
mod outcome;
mod system;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = ""]
mod supported {
    pub mod launcher;
    pub mod order;
    pub mod plan;
    pub mod running;
    pub mod sandbox;
}
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[path = "unsupported.rs"]
mod supported;

pub use error::SandboxError;
pub use job::{Job, Profile};
pub use level::{Layer, Level, Missing, Requirement};
pub use limits::Limits;
pub use outcome::{Captured, Finished, Outcome};
pub use supported::launcher;
pub use supported::running::Running;
pub use supported::sandbox::{Options, Sandbox};
pub use system::{library_paths, linker_paths};
