//! Folders to work in: to compile, to unpack. One that a killed grader left is removed at the next start.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::process::geteuid;
use tempfile::TempDir;

/// What the folders' names begin with.
const PREFIX: &str = "gradus-scratch-";

/// A folder that is removed with this value. As long as it lives it is locked, which the kernel ends with the process:
/// so a folder that can be locked is nobody's.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    _lock: File,
}

impl Scratch {
    /// Makes an empty folder that nobody else may enter.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn new() -> io::Result<Scratch> {
        loop {
            let private = fs::Permissions::from_mode(0o700);
            let folder = tempfile::Builder::new().prefix(PREFIX).permissions(private).tempdir()?;
            let lock = File::open(folder.path())?;
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            // Another grader may have swept it before it was locked.
            if folder.path().exists() {
                return Ok(Scratch { folder, _lock: lock });
            }
        }
    }

    /// Makes an empty folder that everybody may enter: the sandbox gives up the judge's identity.
    pub(crate) fn for_everybody() -> io::Result<Scratch> {
        let scratch = Scratch::new()?;
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755))?;
        Ok(scratch)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes folders of this user that no process holds.
pub fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let ours = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        let is_own = |metadata: fs::Metadata| metadata.is_dir() && metadata.uid() == geteuid().as_raw();
        if !ours || !fs::symlink_metadata(&path).is_ok_and(is_own) {
            continue;
        }
        let Ok(folder) = File::open(&path) else { continue };
        if flock(&folder, FlockOperation::NonBlockingLockExclusive).is_ok() {
            // What cannot be removed now is tried again at the next start.
            let _ = fs::remove_dir_all(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_enter() {
        let mode = |scratch: &Scratch| fs::metadata(scratch.path()).expect("it is there").mode() & 0o777;
        assert_eq!(mode(&Scratch::new().expect("a folder")), 0o700);
        assert_eq!(mode(&Scratch::for_everybody().expect("a folder")), 0o755);
    }

    #[test]
    fn a_folder_in_use_stays_and_one_left_behind_goes() {
        let used = Scratch::new().expect("a folder");
        let left = tempfile::Builder::new().prefix(PREFIX).tempdir().expect("a folder").keep();
        fs::write(left.join("file"), "text").expect("a file");
        sweep();
        assert!(used.path().exists());
        assert!(!left.exists());
    }
}
