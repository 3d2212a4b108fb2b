//! Source files as they are.

use std::fs;
use std::path::{Path, PathBuf};

/// A file.
pub struct Source {
    /// Its path; paths of one crate's files must fit together, but need not exist.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// All Rust files in a folder and its subfolders, and the pages that they include.
pub fn rust_files(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    each_file(folder, &["rs", "md"], &[], &mut |source| sources.push(source));
    sources
}

/// Calls `found` with each file in a folder and its subfolders that has one of the extensions, but for those in `skipped`
/// subfolders. What cannot be read is not there.
pub fn each_file(folder: &Path, extensions: &[&str], skipped: &[&str], found: &mut dyn FnMut(Source)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !skipped.iter().any(|name| path.ends_with(name)) {
                each_file(&path, extensions, skipped, found);
            }
        } else if extensions.iter().any(|extension| path.extension().is_some_and(|own| own == *extension))
            && let Ok(text) = fs::read_to_string(&path)
        {
            found(Source { path, text });
        }
    }
}
