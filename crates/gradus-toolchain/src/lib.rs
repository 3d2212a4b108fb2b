//! The compiler and the prebuilt libraries that student code is compiled against.
//!
//! The build script makes the libraries, one set for each assignment: the teaching library without that assignment's
//! answers, `ndarray`, random numbers, and the worker's loop. At run time this module finds them and the very compiler
//! that made them (rustc reads only libraries of its own version). Running the compiler is left to `gradus-judge`.
//!
//! On disk, in the folder that `GRADUS_LIBRARY` names, or else in `library/check` beside the program, as archives have
//! it, or else where the build put it:
//! ```text
//! library.json          compiler version, sysroot, and for each assignment the file of each crate that may be named
//! <assignment>/*.rlib   all libraries of one assignment's students
//! ```

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use thiserror::Error;

/// A compiler and the libraries it made.
#[derive(Debug, Clone)]
pub struct Toolchain {
    sysroot: PathBuf,
    library: PathBuf,
    list: List,
}

/// The libraries of one assignment's students.
#[derive(Debug, Clone)]
pub struct StudentLibrary {
    /// The folder that holds all of them.
    pub directory: PathBuf,
    /// The file of each crate that student code may name.
    pub externs: BTreeMap<String, PathBuf>,
}

/// Why student code cannot be compiled on this machine.
#[derive(Debug, Error)]
pub enum ToolchainError {
    /// The folder of libraries is not there or not readable.
    #[error("the students' library in {path} cannot be read: {source}")]
    Library {
        /// The list that was looked for.
        path: PathBuf,
        /// What reading it gave.
        source: io::Error,
    },
    /// The list of libraries is damaged.
    #[error("{path} is not a list of libraries: {source}")]
    List {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// No compiler of the right version.
    #[error("no compiler that can read the students' library, which {wanted} made; {found}")]
    Compiler {
        /// The version that made the library.
        wanted: String,
        /// What is there instead.
        found: String,
    },
    /// The library was made without this assignment.
    #[error("the students' library has nothing for assignment `{assignment}`")]
    Assignment {
        /// The assignment's id.
        assignment: String,
    },
}

impl ToolchainError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Library { .. } | Self::List { .. } => {
                "build gradus again, or set GRADUS_LIBRARY to the folder with library.json"
            }
            Self::Compiler { .. } => {
                "install that version with rustup, or build gradus again with the version you have"
            }
            Self::Assignment { .. } => "build gradus again: the assignment is newer than the library",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct List {
    rustc: String,
    sysroot: PathBuf,
    assignments: BTreeMap<String, BTreeMap<String, String>>,
}

impl Toolchain {
    /// Finds the libraries and the compiler that made them.
    ///
    /// # Errors
    /// When either is not there.
    pub fn find() -> Result<Self, ToolchainError> {
        let library = env::var_os("GRADUS_LIBRARY")
            .map(PathBuf::from)
            .or_else(beside_program)
            .unwrap_or_else(|| PathBuf::from(env!("GRADUS_STUDENT_LIBRARY")));
        let path = library.join("library.json");
        let text =
            fs::read_to_string(&path).map_err(|source| ToolchainError::Library { path: path.clone(), source })?;
        let list: List = serde_json::from_str(&text).map_err(|source| ToolchainError::List { path, source })?;
        let sysroot = find_sysroot(&list)?;
        Ok(Self { sysroot, library, list })
    }

    /// The compiler itself, not rustup's stand-in for it.
    pub fn rustc(&self) -> PathBuf {
        self.sysroot.join("bin/rustc")
    }

    /// The folder with the compiler and the standard library.
    pub fn sysroot(&self) -> &Path {
        &self.sysroot
    }

    /// The folder with all students' libraries.
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// The first line of `rustc -vV`.
    pub fn version(&self) -> &str {
        self.list.rustc.lines().next().unwrap_or_default()
    }

    /// The libraries for students of `assignment`.
    ///
    /// # Errors
    /// When there are none.
    pub fn student_library(&self, assignment: &str) -> Result<StudentLibrary, ToolchainError> {
        let files = self
            .list
            .assignments
            .get(assignment)
            .ok_or_else(|| ToolchainError::Assignment { assignment: assignment.to_owned() })?;
        let directory = self.library.join(assignment);
        let externs = files.iter().map(|(name, file)| (name.clone(), directory.join(file))).collect();
        Ok(StudentLibrary { directory, externs })
    }
}

/// The libraries that came in one archive with this program.
fn beside_program() -> Option<PathBuf> {
    let library = env::current_exe().ok()?.parent()?.join("library/check");
    library.join("library.json").is_file().then_some(library)
}

/// The sysroot that made the library, or else the one that `rustc` on the path stands for, if it is of that version.
fn find_sysroot(list: &List) -> Result<PathBuf, ToolchainError> {
    if version_of(&list.sysroot.join("bin/rustc")).is_some_and(|version| version == list.rustc) {
        return Ok(list.sysroot.clone());
    }
    let wanted = list.rustc.lines().next().unwrap_or_default().to_owned();
    let Some(found) = version_of(Path::new("rustc")) else {
        return Err(ToolchainError::Compiler { wanted, found: "there is no rustc on the path".to_owned() });
    };
    if found != list.rustc {
        let found = format!("the path has {}", found.lines().next().unwrap_or_default());
        return Err(ToolchainError::Compiler { wanted, found });
    }
    output_of(Path::new("rustc"), &["--print", "sysroot"]).map(|path| PathBuf::from(path.trim())).ok_or_else(|| {
        ToolchainError::Compiler { wanted, found: "rustc on the path does not say where its sysroot is".to_owned() }
    })
}

fn version_of(rustc: &Path) -> Option<String> {
    output_of(rustc, &["-vV"])
}

fn output_of(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
