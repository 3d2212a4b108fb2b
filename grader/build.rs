//! Writes a hash for each assignment of all files that its points depend on.
// GRADUS-STAFF-ONLY-7c1f4e

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What stands in a key's folder for people, or to try the key with.
const WITHOUT_INFLUENCE: [&str; 7] = ["README.md", "source.rs", "samples.rs", "wrong", "right", "reports", "demo"];

/// What stands in an assignment's public folder for students to read and to begin with.
const PUBLIC_WITHOUT_INFLUENCE: [&str; 2] = ["README.md", "starter.rs"];

fn main() -> io::Result<()> {
    let root = PathBuf::from("..");
    let shared = [root.join("grader/src"), root.join("assignments/src")];
    let mut rows = String::new();
    for key in sorted(&root.join("grader/keys"))? {
        let Some(id) = key.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let mut files = Vec::new();
        for folder in &shared {
            collect(folder, &mut files)?;
        }
        // A list of all assignments, which each new one changes.
        files.retain(|file| !file.ends_with("src/lib.rs"));
        let public = root.join("assignments").join(&id);
        for (folder, without) in [(&key, &WITHOUT_INFLUENCE[..]), (&public, &PUBLIC_WITHOUT_INFLUENCE[..])] {
            for path in sorted(folder)? {
                if !without.iter().any(|name| path.ends_with(name)) {
                    collect(&path, &mut files)?;
                }
            }
        }
        let _ = writeln!(rows, "    ({id:?}, {:?}),", hash(&files)?);
    }
    let text = format!("static VERSIONS: &[(&str, &str)] = &[\n{rows}];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    fs::write(out.join("versions.rs"), text)?;
    for folder in ["src", "keys", "../assignments"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    Ok(())
}

fn hash(files: &[PathBuf]) -> io::Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        let bytes = fs::read(file)?;
        for part in [file.to_string_lossy().as_bytes(), &bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files at a path, if there is something.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for inside in sorted(path)? {
            collect(&inside, files)?;
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
