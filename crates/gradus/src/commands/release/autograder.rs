//! The autograder for Gradescope: two scripts, this program, and the library that answers are compiled against.
//!
//! <https://gradescope-autograders.readthedocs.io/en/latest/specs/>

use std::env;
use std::fs;

use anyhow::Context;
use gradus_toolchain::Toolchain;

use super::{c_library, files_in, library_list, rust_version};
use crate::commands::authored::Authored;

const SETUP: &str = include_str!("setup.sh");
const RUN: &str = include_str!("run_autograder");

/// A file that students never get.
pub struct StaffFile {
    /// Where it stands.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether it can be started.
    pub program: bool,
}

/// All files of the bundle.
pub fn files(authored: &Authored, toolchain: &Toolchain) -> anyhow::Result<Vec<StaffFile>> {
    let id = authored.assignment.id;
    let program = env::current_exe()?;
    let program = fs::read(&program).with_context(|| format!("{}", program.display()))?;
    let script = |text: &str| {
        text.replace("{id}", id)
            .replace("{title}", &authored.manifest.title)
            .replace("{version}", toolchain.version())
            .replace("{rust}", &rust_version(toolchain))
            .replace("{glibc}", &c_library(&[&program]))
            .into_bytes()
    };
    let file = |path: String, bytes: Vec<u8>, program: bool| StaffFile { path, bytes, program };
    let mut files = vec![
        file("setup.sh".to_owned(), script(SETUP), true),
        file("run_autograder".to_owned(), script(RUN), true),
        file("library/check/library.json".to_owned(), library_list(toolchain, id)?, false),
    ];
    for path in files_in(&toolchain.library().join(id))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(&path).with_context(|| format!("{}", path.display()))?;
        files.push(file(format!("library/check/{id}/{name}"), bytes, false));
    }
    files.push(file("gradus".to_owned(), program, true));
    Ok(files)
}
