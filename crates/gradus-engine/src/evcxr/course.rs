//! The course's library for evcxr's sessions.
//!
//! evcxr has cargo build each cell, as a package in a folder of its own. The library is a dependency of that package,
//! in the same versions as here. Compiling it takes minutes; what came out of it is kept, and later sessions begin with it:
//!
//! ```text
//! <root>/evcxr/<assignment or "course">/      what cargo made of the library
//! <root>/evcxr/standard-library/              the standard library's source; see `standard_library_source`
//! ```

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::library::{EXTERNS, LibraryError, folder, topics, workspace};

/// The dependency that is named first; the others stand in the lines after it.
const FIRST: &str = "gradus-prelude";

/// What every session of evcxr begins with: the same names as in the other engine's cells, and values that show
/// themselves. The announcements of evcxr's own come through `println`.
pub const PRELUDE: &str = "\
use gradus_prelude::notebook::*;
use gradus_prelude::display::{ByShow as _, ByDebug as _, ByName as _};
use gradus_prelude::{eprint, eprintln};
use gradus_prelude::evcxr::{print, println};
";

/// Prepares the process; whenever there is a new one.
pub const INSTALL: &str = "gradus_prelude::evcxr::install();";

/// The library, as a dependency.
#[derive(Debug, Clone)]
pub struct Course {
    /// Each crate that cells may name: the package's name, and the right side of its line in `[dependencies]`.
    crates: Vec<(String, toml::Value)>,
    kept: PathBuf,
}

impl Course {
    /// The library for the notebooks of an assignment, or for all others.
    ///
    /// # Errors
    /// When the workspace that this program was built from is not there.
    pub fn new(root: &Path, assignment: Option<&str>) -> Result<Self, LibraryError> {
        let kept = root.join("evcxr").join(folder(assignment));
        let topics = assignment.map(topics).transpose()?;
        let all = workspace_dependencies()?;
        let mut crates = Vec::new();
        for name in EXTERNS {
            let dashed = name.replace('_', "-");
            let found = all.get_key_value(&dashed).or_else(|| all.get_key_value(name));
            let (package, mut value) = found
                .map(|(package, value)| (package.clone(), value.clone()))
                .ok_or_else(|| fault(format!("Cargo.toml has no `{dashed}`")))?;
            if let Some(table) = value.as_table_mut() {
                if let Some(path) = table.get("path").and_then(toml::Value::as_str) {
                    let path = workspace().join(path).display().to_string();
                    table.insert("path".to_owned(), path.into());
                }
                if let (FIRST, Some(_)) = (package.as_str(), &topics) {
                    table.insert("default-features".to_owned(), false.into());
                }
                if let ("gradus-nn", Some(topics)) = (package.as_str(), &topics) {
                    table.insert("features".to_owned(), topics.clone().into());
                }
            }
            crates.push((package, value));
        }
        crates.sort_by_key(|(package, _)| package != FIRST);
        Ok(Self { crates, kept })
    }

    /// The dependency as evcxr takes one: a name, and what stands behind the equals sign. evcxr asks cargo about each
    /// dependency by itself, which takes a while and has cargo forget the versions of all others; so here the lines of the
    /// other crates stand behind that of the first.
    pub fn dependency(&self) -> (&str, String) {
        let mut text = String::new();
        for (package, value) in &self.crates {
            if package == FIRST {
                text.push_str(&value.to_string());
            } else {
                text.push_str(&format!("\n{package} = {value}"));
            }
        }
        (FIRST, text)
    }

    /// The version of a crate that is in the library, as the workspace asks for it.
    pub fn version_of(&self, package: &str) -> Option<&str> {
        let as_code = |name: &str| name.replace('-', "_");
        let (_, value) = self.crates.iter().find(|(name, _)| as_code(name) == as_code(package))?;
        value.as_str().or_else(|| value.get("version")?.as_str()).or(Some(""))
    }

    /// Puts into evcxr's folder what was kept, and the versions of all crates.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn bring(&self, evcxr: &Path) -> Result<(), LibraryError> {
        let lock = workspace().join("Cargo.lock");
        fs::copy(&lock, evcxr.join("Cargo.lock")).map_err(|source| LibraryError::Write { path: lock, source })?;
        if self.kept.is_dir() {
            share(&self.kept, &evcxr.join("target"))?;
        }
        Ok(())
    }

    /// Keeps what cargo has made in evcxr's folder.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn keep(&self, evcxr: &Path) -> Result<(), LibraryError> {
        let new = self.kept.with_extension("new");
        let failed = |source| LibraryError::Write { path: self.kept.clone(), source };
        // Neither need be there.
        let _ = fs::remove_dir_all(&new);
        share(&evcxr.join("target"), &new)?;
        let _ = fs::remove_dir_all(&self.kept);
        fs::rename(&new, &self.kept).map_err(failed)
    }
}

/// What the workspace's crates may depend on.
fn workspace_dependencies() -> Result<toml::Table, LibraryError> {
    let path = workspace().join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| fault(format!("{}: {error}", path.display())))?;
    let manifest: toml::Table = text.parse().map_err(|error| fault(format!("{}: {error}", path.display())))?;
    let found = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies")?.as_table());
    found.cloned().ok_or_else(|| fault(format!("{} has no list of dependencies", path.display())))
}

/// Puts what cargo made of the library into another folder, over nothing that is there. Code is linked, since no tool
/// writes into such a file again; cargo's notes are copied, with their times, by which it tells what is out of date.
fn share(from: &Path, to: &Path) -> Result<(), LibraryError> {
    let failed = |source| LibraryError::Write { path: to.to_owned(), source };
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let target = to.join(&name);
        if is_of_cells(&name) {
            continue;
        }
        if path.is_dir() {
            share(&path, &target)?;
        } else if !target.exists() {
            let is_code = [".rlib", ".rmeta", ".so"].iter().any(|extension| name.ends_with(extension));
            if !is_code || fs::hard_link(&path, &target).is_err() {
                copy(&path, &target).map_err(failed)?;
            }
        }
    }
    Ok(())
}

/// Whether a file or folder is of a cell that was run, and not of the library.
fn is_of_cells(name: &str) -> bool {
    name == "incremental" || ["ctx", "libctx", "libcode_", ".cargo"].iter().any(|start| name.starts_with(start))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    File::options().write(true).open(to)?.set_modified(fs::metadata(from)?.modified()?)
}

pub(super) fn fault(what: String) -> LibraryError {
    LibraryError::Build { what }
}
