//! Files that a command writes: whole or not at all, and known to be writable before any work is done.

use std::fmt::Display;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Hinted;

/// A file that is going to be written. Until then it stands under another name beside its place, and goes if it never is.
pub struct Pending {
    file: NamedTempFile,
    path: PathBuf,
}

impl Pending {
    /// Makes sure that there can be a file at `path`. What stands there stays until [`Pending::write`].
    pub fn at(path: &Path) -> anyhow::Result<Self> {
        let refuse = |reason: &dyn Display| {
            let hint = "choose a file in a folder that you may write to, with --out";
            Hinted::new(format!("{} cannot be written: {reason}", path.display()), hint)
        };
        if path.is_dir() {
            return Err(refuse(&"it is a folder").into());
        }
        // What a link points to is written, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(refuse(&"its folder is not there").into());
        }
        // As for any file: an old one keeps its permissions, and the user's umask decides on a new one's.
        let old = fs::metadata(&path).map(|metadata| metadata.permissions());
        let mut builder = tempfile::Builder::new();
        builder.prefix(".gradus-").permissions(Permissions::from_mode(0o666));
        // Without the name of the file beside it, which nobody has asked for.
        let file = builder.tempfile_in(folder).map_err(|error| refuse(&error.kind()))?;
        if let Ok(old) = old {
            file.as_file().set_permissions(old).map_err(|error| refuse(&error))?;
        }
        Ok(Self { file, path })
    }

    /// Writes it.
    pub fn write(mut self, content: &[u8]) -> anyhow::Result<()> {
        let written =
            self.file.write_all(content).and_then(|()| self.file.persist(&self.path).map_err(|error| error.error));
        written.map(drop).map_err(|error| {
            let hint = "is there room on the disk? choose another place with --out";
            Hinted::new(format!("{} cannot be written: {error}", self.path.display()), hint).into()
        })
    }
}
