//! Namespaces: the job's own processes, mounts, network, IPC objects and host name.

use std::fs;

use rustix::process::{getegid, geteuid};

use super::super::plan::{Namespaces, Step};
use super::failure::{Failure, InStep};

/// The flags to fork the keeper with.
pub fn flags(namespaces: Namespaces) -> i32 {
    let all = libc::CLONE_NEWPID | libc::CLONE_NEWNS | libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
    match namespaces {
        Namespaces::Privileged => all,
        Namespaces::User => all | libc::CLONE_NEWUSER,
        Namespaces::None => 0,
    }
}

/// Tells the kernel which users exist in the keeper's new user namespace: the launcher's, and the job's own if it has
/// one. Only a process outside, the launcher, may say so.
pub fn map_users(keeper: i32, own_user: Option<u32>) -> Result<(), Failure> {
    let step = if own_user.is_some() { Step::Identity } else { Step::Namespaces };
    let write = |file: &str, text: String| {
        fs::write(format!("/proc/{keeper}/{file}"), text).in_step(step, &format!("user namespace: {file}"))
    };
    if own_user.is_none() {
        // Without privileges a group can be mapped only once setgroups is given up.
        write("setgroups", "deny".into())?;
    }
    let own = own_user.map(|user| format!("{user} {user} 1\n")).unwrap_or_default();
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    write("uid_map", format!("{user} {user} 1\n{own}"))?;
    write("gid_map", format!("{group} {group} 1\n{own}"))
}
