//! No threads for the student: an answer that leaves one running would disturb the calls after its own.
//!
//! The sandbox's filter lets a worker start threads, because it starts one of its own; once that runs, the worker
//! forbids them to itself, for good.

use std::io;

/// From here on, nothing in this process starts a thread.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn forbid() -> io::Result<()> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter_all_threads};

    let filter = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let rules = [(libc::SYS_clone, Vec::new()), (libc::SYS_clone3, Vec::new())].into();
        let refused = SeccompAction::Errno(libc::EPERM as u32);
        let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
        let filter: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, refused, architecture)?.try_into()?;
        Ok(apply_filter_all_threads(&filter)?)
    };
    filter().map_err(io::Error::other)
}

/// There is no such filter here.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub fn forbid() -> io::Result<()> {
    Ok(())
}
