//! The folder with a session's sources and what is compiled from them.
//!
//! It goes with the session. A session that was killed leaves it, ten megabytes and more; the next one that starts takes
//! it away. Whose session lives is told by a lock, which ends with the process however that ends.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "gradus-notebook-";
const LOCK: &str = "session.lock";

/// A session's folder.
pub struct Folder {
    directory: TempDir,
    _lock: File,
}

impl Folder {
    /// Makes one, in the system's folder for temporary files.
    ///
    /// # Errors
    /// When that cannot be written to.
    pub fn make() -> io::Result<Self> {
        Self::make_in(&std::env::temp_dir())
    }

    fn make_in(parent: &Path) -> io::Result<Self> {
        take_away_the_dead(parent);
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        // Under its name there is never a lock that nobody holds while its session lives.
        let new = directory.path().join("new.lock");
        let lock = File::create(&new)?;
        lock.lock()?;
        fs::rename(&new, directory.path().join(LOCK))?;
        Ok(Self { directory, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

fn take_away_the_dead(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        // Another user's cannot be opened.
        let Ok(lock) = File::open(entry.path().join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_session_left_goes_and_what_a_living_one_has_stays() {
        let parent = tempfile::tempdir().unwrap();
        let living = Folder::make_in(parent.path()).unwrap();
        let dead = parent.path().join("gradus-notebook-dead");
        let starting = parent.path().join("gradus-notebook-starting");
        for folder in [&dead, &starting] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("cell_1.rs"), "").unwrap();
        }
        File::create(dead.join(LOCK)).unwrap();
        let new = Folder::make_in(parent.path()).unwrap();
        assert!(!dead.exists());
        for folder in [living.path(), new.path(), &starting] {
            assert!(folder.exists(), "{}", folder.display());
        }
        let path = new.path().to_owned();
        drop(new);
        assert!(!path.exists());
    }
}
