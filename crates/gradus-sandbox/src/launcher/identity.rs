//! Who the job is: a user of its own if started as root, and without privileges in any case.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags, Uid, accessat, chown, fchown, fstat, open};
use rustix::process::{Gid, getpid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

use super::super::plan::Step;
use super::failure::{Failure, InStep};
use super::sys;
use crate::{Job, Profile};

/// The first of the users that jobs run as: far from any that systems give away.
const FIRST_USER: u32 = 0x7600_0000;

/// A user (and group) that belongs to this launcher alone, because its process number does.
pub fn own_user() -> Result<u32, Failure> {
    let held = capabilities(None).in_step(Step::Identity, "read the capabilities")?.effective;
    for (capability, name) in [
        (CapabilitySet::SETUID, "CAP_SETUID"),
        (CapabilitySet::SETGID, "CAP_SETGID"),
        (CapabilitySet::CHOWN, "CAP_CHOWN"),
        (CapabilitySet::KILL, "CAP_KILL"),
    ] {
        if !held.contains(capability) {
            return Err(Failure::new(Step::Identity, format!("{name} is missing")));
        }
    }
    let map = |file: &str| fs::read_to_string(file).in_step(Step::Identity, file);
    let (users, groups) = (map("/proc/self/uid_map")?, map("/proc/self/gid_map")?);
    let process = getpid().as_raw_nonzero().get() as u32;
    // In a container with a user namespace there may be 65,536 users only. Two launchers may then share one.
    [FIRST_USER + process, 20_000 + process % 40_000]
        .into_iter()
        .find(|user| is_mapped(&users, *user) && is_mapped(&groups, *user))
        .ok_or_else(|| Failure::new(Step::Identity, "this container has no spare user numbers"))
}

fn is_mapped(map: &str, id: u32) -> bool {
    map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        matches!(numbers[..], [first, _, count] if (first..first + count).contains(&u64::from(id)))
    })
}

/// Writable directories that belong to the job's user until this is dropped.
pub struct Lent(Vec<(OwnedFd, Uid)>);

impl Lent {
    pub fn lend(directories: &[PathBuf], user: u32) -> Result<Lent, Failure> {
        let mut lent = Lent(Vec::new());
        for path in directories {
            let doing = format!("{}: lend it to the job's user", path.display());
            let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
            let directory = open(path, flags, Mode::empty()).in_step(Step::Program, &doing)?;
            let owner = Uid::from_raw(fstat(&directory).in_step(Step::Program, &doing)?.st_uid);
            fchown(&directory, Some(Uid::from_raw(user)), None).in_step(Step::Program, &doing)?;
            lent.0.push((directory, owner));
        }
        Ok(lent)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        for (directory, owner) in &self.0 {
            // It fails only where lending would have failed.
            let _ = fchown(directory, Some(*owner), None);
        }
    }
}

/// Makes lent directories root's for a job that runs as root after all; their owner gets them when they are given back.
pub fn take_back(directories: &[PathBuf]) -> Result<(), Failure> {
    directories.iter().try_for_each(|path| {
        chown(path, Some(Uid::ROOT), None).in_step(Step::Program, &format!("{}: take it back", path.display()))
    })
}

/// The first of the job's paths that its user cannot use, as when a directory above it is closed to others. A
/// worker's program is opened beforehand, so only what it reads counts.
pub fn out_of_reach(job: &Job, user: u32) -> Option<PathBuf> {
    let usable = |path: &Path, access: Access| accessat(CWD, path, access, AtFlags::EACCESS).is_ok();
    let needed = |path: &Path| {
        let inside = if path.is_dir() { Access::READ_OK | Access::EXEC_OK } else { Access::READ_OK };
        if job.writable.iter().any(|directory| directory == path) { inside | Access::WRITE_OK } else { inside }
    };
    let opened = (job.profile == Profile::Worker).then_some(&job.program);
    let paths: Vec<(&Path, Access)> = job
        .paths()
        .filter(|path| opened.is_none_or(|opened| opened != path))
        .map(|path| (path, needed(path)))
        .collect();
    let missing = sys::with_file_identity(user, || paths.iter().find(|(path, access)| !usable(path, *access)));
    missing.map(|(path, _)| path.to_path_buf())
}

/// Becomes another user for good.
pub fn switch_to(user: u32) -> Result<(), Failure> {
    let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
    set_thread_groups(&[]).in_step(Step::Identity, "leave all groups")?;
    set_thread_res_gid(gid, gid, gid).in_step(Step::Identity, "change the group")?;
    set_thread_res_uid(uid, uid, uid).in_step(Step::Identity, "change the user")
}

/// Gives up all capabilities of this process but those to keep, and, as far as allowed, those that programs could
/// get back.
pub fn keep_capabilities(kept: CapabilitySet) -> Result<(), Failure> {
    // Both fail without the capability to do so; no_new_privs and the check below make up for it.
    let _ = clear_ambient_capability_set();
    for number in 0..64 {
        let _ = remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number));
    }
    let sets = CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).in_step(Step::Identity, "give up the capabilities")?;
    let left = capabilities(None).in_step(Step::Identity, "read the capabilities")?;
    if left != sets {
        return Err(Failure::new(Step::Identity, format!("capabilities are left: {left:?}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_must_exist_in_the_container() {
        let whole = "         0          0 4294967295\n";
        assert!(is_mapped(whole, FIRST_USER + 4_194_303));
        let rootless = "0 1000 1\n1 100000 65535\n";
        assert!(!is_mapped(rootless, FIRST_USER));
        assert!(is_mapped(rootless, 20_000));
        assert!(is_mapped(rootless, 65_535));
        assert!(!is_mapped(rootless, 65_536));
    }
}
