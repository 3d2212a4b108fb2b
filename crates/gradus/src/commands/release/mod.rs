//! `gradus release`: what students, staff and Gradescope get of an assignment.
//!
//! ```text
//! DIR/<id>/student/<id>.ipynb      the student's notebook
//! DIR/<id>/solution/<id>.ipynb     the staff's, run from top to bottom
//! DIR/<id>/<id>-student.zip        public files only, which `public.rs` sees to
//! DIR/<id>/<id>-gradescope.zip     the autograder, with the staff's program
//! ```

mod archive;
mod autograder;
mod public;
mod solution;
mod student;
mod students_program;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gradus_toolchain::Toolchain;

pub use self::public::carries_canary;
use self::public::{PublicFile, PublicPath};
use crate::Ending;
use crate::arguments::Release;
use crate::commands::authored::{Authored, repository};
use crate::commands::find_assignment;
use crate::commands::grade::prepare_folder;
use crate::error::Hinted;
use crate::terminal;

/// Writes everything that the arguments ask for, and prints each file's path.
pub fn run(options: &Release) -> anyhow::Result<Ending> {
    let repository = repository()?;
    let assignment = find_assignment(&options.assignment)?;
    let authored = Authored::read(&repository, assignment)?;
    let out = options.out.join(assignment.id);
    prepare_folder(&out)?;
    let name = format!("{}.ipynb", assignment.id);

    let notebook = public(&name, authored.released.notebook().to_json().into_bytes())?;
    put(&out.join("student").join(&name), notebook.bytes())?;

    let solution = solution::notebook(&authored, options, &out.join("solution"))?;
    put(&out.join("solution").join(&name), solution.to_json().as_bytes())?;

    let toolchain = Toolchain::find().map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    let files = student::files(&repository, &authored, notebook, &toolchain, options)?;
    put(&out.join(format!("{}-student.zip", assignment.id)), &archive::student(assignment.id, files)?)?;

    let files = autograder::files(&authored, &toolchain)?;
    put(&out.join(format!("{}-gradescope.zip", assignment.id)), &archive::autograder(files)?)?;
    Ok(Ending::Well)
}

/// A file that students get, or why it is none.
fn public(path: &str, bytes: Vec<u8>) -> anyhow::Result<PublicFile> {
    let file = PublicPath::new(path).and_then(|path| PublicFile::new(path, bytes));
    file.map_err(|error| Hinted::new(error.to_string(), error.hint()).into())
}

fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("{}", path.display()))?;
    terminal::data(&format!("{}\n", path.display()))?;
    Ok(())
}

/// The files directly in `folder`, by name.
fn files_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The list of the students' libraries, with one assignment's only: another's library may have this one's answers.
fn library_list(toolchain: &Toolchain, assignment: &str) -> anyhow::Result<Vec<u8>> {
    let path = toolchain.library().join("library.json");
    let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    let mut list: serde_json::Value = serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?;
    if let Some(assignments) = list["assignments"].as_object_mut() {
        assignments.retain(|id, _| id == assignment);
    }
    Ok(format!("{list:#}\n").into_bytes())
}

/// The version of the compiler that made the libraries: the one release that can read them.
fn rust_version(toolchain: &Toolchain) -> String {
    toolchain.version().split_whitespace().nth(1).unwrap_or_default().to_owned()
}

/// The newest version of the C library that these programs ask for, such as `2.34`.
fn c_library(programs: &[&[u8]]) -> String {
    let newest = programs.iter().flat_map(|program| versions(program)).max().unwrap_or((2, 17));
    format!("{}.{}", newest.0, newest.1)
}

fn versions(program: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    const NAME: &[u8] = b"\0GLIBC_";
    memchr::memmem::find_iter(program, NAME).filter_map(|at| {
        let rest = &program[at + NAME.len()..];
        let end = rest.iter().take(12).position(|byte| *byte == 0)?;
        let (major, minor) = std::str::from_utf8(&rest[..end]).ok()?.split_once('.')?;
        Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_c_library_that_is_asked_for_is_found() {
        assert_eq!(c_library(&[b"\0GLIBC_2.4\0GLIBC_2.34\0x", b"\0GLIBC_2.9\0\0GLIBC_PRIVATE\0"]), "2.34");
        assert_eq!(c_library(&[b"static"]), "2.17");
    }
}
