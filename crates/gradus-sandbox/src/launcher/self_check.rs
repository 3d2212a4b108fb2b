//! The trial job: attempts, inside the sandbox, what its layers should forbid.

use std::fs::File;

use rustix::process::getuid;

use super::super::plan::{Plan, Step};
use super::failure::Failure;
use super::sys;

/// Fails with the first layer that does not hold although it was set up.
pub fn attempt(plan: Plan, user: Option<u32>) -> Result<(), Failure> {
    if plan.own_user && Some(getuid().as_raw()) != user {
        return Err(Failure::new(Step::Identity, "the job does not run as its own user"));
    }
    if plan.seccomp && sys::can_make_socket() {
        return Err(Failure::new(Step::Seccomp, "the filter is installed, but sockets can be made"));
    }
    if plan.confines_files() && File::open("/etc/passwd").is_ok() {
        let step = if plan.landlock { Step::Landlock } else { Step::Files };
        return Err(Failure::new(step, "files can be read that were not given"));
    }
    Ok(())
}
