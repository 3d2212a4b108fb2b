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

/// All Rust files in a folder and its subfolders. What cannot be read is not there.
pub fn rust_files(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    collect(folder, &mut sources);
    sources
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "md")
            && let Ok(text) = fs::read_to_string(&path)
        {
            sources.push(Source { path, text });
        }
    }
}
