//! The standard library's source, without which rust-analyzer, and so evcxr, does not know the types of variables.

use std::fs;
use std::path::{Path, PathBuf};

use super::course::fault;
use super::standard_library::{CRATES, Toolchain};
use crate::library::LibraryError;

/// What `RUST_SRC_PATH` has to be in the environment of a process that starts [`EvcxrEngine`](super::EvcxrEngine)s; `None`
/// if the toolchain has the component `rust-src` and all is well without it. Else the source is read back from the pages of
/// the component `rust-docs`, once, into a folder in `root`.
///
/// # Errors
/// When neither component is installed, or the folder cannot be written.
pub fn standard_library_source(root: &Path) -> Result<Option<PathBuf>, LibraryError> {
    let toolchain = Toolchain::ask().map_err(|error| fault(format!("rustc: {error}")))?;
    if toolchain.root(CRATES[0]).is_file() {
        return Ok(None);
    }
    let folder = root.join("evcxr/standard-library").join(&toolchain.version);
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    let new = folder.with_extension("new");
    for name in CRATES {
        let sources = toolchain.sources(name);
        if sources.is_empty() {
            return Err(fault(format!(
                "the toolchain has no source of `{name}`. Hint: `rustup component add rust-src` installs it"
            )));
        }
        for source in sources {
            let path = new.join(source.path.strip_prefix("/library").unwrap_or(&source.path));
            let written =
                path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, &source.text));
            written.map_err(|source| LibraryError::Write { path, source })?;
        }
    }
    // Another process may have been faster.
    match fs::rename(&new, &folder) {
        Err(source) if !folder.is_dir() => Err(LibraryError::Write { path: folder, source }),
        _ => Ok(Some(folder)),
    }
}
