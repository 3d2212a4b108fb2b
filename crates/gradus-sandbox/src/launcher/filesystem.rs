//! The job's file tree: an empty one with mounts of what the job was given, under the same names.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags,
    fsconfig_create, fsconfig_set_string, fsmount, fsopen, mount_change, move_mount, open_tree, unmount,
};
use rustix::process::{fchdir, pivot_root};

use super::super::plan::Step;
use super::failure::{Failure, InStep};
use super::sys;
use crate::{Job, Profile};

/// The devices every job has.
pub const DEVICES: [&str; 2] = ["/dev/null", "/dev/urandom"];

/// Something to be mounted in the new tree.
struct Branch {
    target: PathBuf,
    tree: OwnedFd,
    is_directory: bool,
}

/// Leaves the old file tree for the job's. To be called in a mount namespace of our own.
pub fn enter(job: &Job) -> Result<(), Failure> {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .in_step(Step::Files, "make the mounts private")?;
    // The mounts are taken while the old names mean something, and attached when only the new ones do: then a link
    // in a writable directory cannot lead a mount astray.
    let branches = branches(job)?;
    let root = empty_root().in_step(Step::Files, "make an empty file system")?;
    change_root(&root).in_step(Step::Files, "change the root directory")?;
    for branch in &branches {
        attach(branch).in_step(Step::Files, &format!("mount {}", branch.target.display()))?;
    }
    // Only this mount, not those attached to it.
    sys::set_mount_attributes(root.as_fd(), u64::from(MountAttrFlags::MOUNT_ATTR_RDONLY.bits()), false)
        .in_step(Step::Files, "make the root directory read-only")
}

fn branches(job: &Job) -> Result<Vec<Branch>, Failure> {
    let fixed = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    let readable = fixed | MountAttrFlags::MOUNT_ATTR_RDONLY;
    let writable = fixed | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let mut wanted: Vec<(&Path, MountAttrFlags)> = Vec::new();
    wanted.extend(job.read_only.iter().chain(&job.executable).map(|path| (path.as_path(), readable)));
    wanted.push((&job.program, readable));
    wanted.extend(job.writable.iter().map(|path| (path.as_path(), writable)));
    // A directory comes before what lies in it; of one path given twice, the writable comes last and counts. The
    // program needs no mount of its own if it lies in something mounted already.
    wanted.sort_by_key(|(path, _)| path.components().count());
    let mut branches = Vec::new();
    for (path, attributes) in wanted {
        let there = branches.iter().any(|branch: &Branch| path.starts_with(&branch.target));
        if path == job.program && there {
            continue;
        }
        branches.push(take(path, attributes).in_step(Step::Program, &path.display().to_string())?);
    }
    for device in DEVICES {
        let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NOEXEC;
        branches.push(take(Path::new(device), attributes).in_step(Step::Files, device)?);
    }
    if job.profile == Profile::Compiler {
        // Programs started by a compiler look for themselves in /proc/self/exe.
        let tree = processes().in_step(Step::Files, "make a file system of processes")?;
        branches.push(Branch { target: "/proc".into(), tree, is_directory: true });
    }
    Ok(branches)
}

/// A copy of the mounts at a path and below it.
fn take(path: &Path, attributes: MountAttrFlags) -> io::Result<Branch> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    let tree = open_tree(CWD, path, flags)?;
    sys::set_mount_attributes(tree.as_fd(), u64::from(attributes.bits()), true)?;
    Ok(Branch { target: path.to_path_buf(), tree, is_directory: fs::metadata(path)?.is_dir() })
}

fn empty_root() -> io::Result<OwnedFd> {
    let system = fsopen("tmpfs", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(system.as_fd(), "mode", "0755")?;
    fsconfig_set_string(system.as_fd(), "size", "1m")?;
    fsconfig_create(system.as_fd())?;
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    Ok(fsmount(system.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)?)
}

fn processes() -> io::Result<OwnedFd> {
    let make = |only_processes: bool| -> rustix::io::Result<OwnedFd> {
        let system = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
        if only_processes {
            fsconfig_set_string(system.as_fd(), "subset", "pid")?;
        }
        fsconfig_create(system.as_fd())?;
        let attributes =
            MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV | MountAttrFlags::MOUNT_ATTR_NOEXEC;
        fsmount(system.as_fd(), FsMountFlags::FSMOUNT_CLOEXEC, attributes)
    };
    // "subset" is known since Linux 5.8.
    Ok(make(true).or_else(|_| make(false))?)
}

fn change_root(root: &OwnedFd) -> io::Result<()> {
    // Any directory will do as the place: it is hidden for a moment and then gone with the old tree.
    let place = ["/tmp", "/var", "/usr", "/etc"].into_iter().find(|place| Path::new(place).is_dir());
    let place = place.ok_or_else(|| io::Error::other("there is no directory to mount it on"))?;
    move_mount(root, "", CWD, place, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    fchdir(root)?;
    // The old root is put on top of the new one, and removed from there.
    pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    std::env::set_current_dir("/")
}

fn attach(branch: &Branch) -> io::Result<()> {
    let target = &branch.target;
    if !target.exists() {
        if branch.is_directory {
            fs::create_dir_all(target)?;
        } else {
            fs::create_dir_all(target.parent().unwrap_or(Path::new("/")))?;
            File::create(target)?;
        }
    }
    Ok(move_mount(&branch.tree, "", CWD, target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?)
}
