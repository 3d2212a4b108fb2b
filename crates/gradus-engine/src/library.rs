//! The course's library for notebooks: where it is, and how it is built.
//!
//! It is one dynamic library with everything that a cell may name, and the runner, in a folder of its own; a notebook
//! of an assignment has another one, without that assignment's answers. It is built when the kernel is installed, or
//! at the latest when a notebook first needs it, and not by a build script: it takes a minute that the first command of
//! a new user should not pay for.
//!
//! ```text
//! <root>/<assignment or "course">/library.json             what follows, and the compiler that made it
//! <root>/<assignment or "course">/libgradus_prelude.so     ndarray, gradus_nn, ..., the store of variables
//! <root>/<assignment or "course">/gradus-runner            owns the variables and runs cells
//! <root>/<assignment or "course">/lib*.rlib                what rustc reads to know the crates inside
//! <root>/build/                                            cargo's
//! ```

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// A built library and the compiler that cells are compiled with.
#[derive(Debug, Clone)]
pub struct Library {
    pub(crate) directory: PathBuf,
    pub(crate) list: List,
    /// Whether the compiler is another place than where it was when it made the library.
    pub(crate) moved: bool,
    /// When it was built.
    built: Option<SystemTime>,
}

/// What `library.json` says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct List {
    /// `rustc -vV` of the compiler that made it.
    pub rustc: String,
    /// Where that compiler is.
    pub sysroot: PathBuf,
    /// The target's triple.
    pub target: String,
    /// The file of each crate that a cell may name.
    pub externs: BTreeMap<String, String>,
    /// Versions of crates in it, by the names that code uses.
    pub versions: BTreeMap<String, String>,
}

/// Why there is no library.
#[derive(Debug, Error)]
pub enum LibraryError {
    /// It has not been built, or is damaged.
    #[error("the notebook library in {path} cannot be read: {source}. Hint: `gradus kernel install` builds it")]
    Missing {
        /// The list that was looked for.
        path: PathBuf,
        /// What reading it gave.
        source: io::Error,
    },
    /// The compiler that made it is gone, and rustc reads only libraries of its own version.
    #[error(
        "the compiler that made the notebook library, {wanted}, is not there. Hint: in a clone, `gradus kernel install` \
         builds the library anew; elsewhere, have rustup install that version and put it on the path"
    )]
    Compiler {
        /// Its version.
        wanted: String,
    },
    /// There is no such assignment.
    #[error("there is no assignment `{assignment}` in {path}. Hint: assignments are named as their folders are")]
    Assignment {
        /// What was asked for.
        assignment: String,
        /// Where it would be.
        path: PathBuf,
    },
    /// A program that is needed to build could not be run, or failed.
    #[error("building the notebook library: {what}")]
    Build {
        /// What failed.
        what: String,
    },
    /// A file could not be written.
    #[error("building the notebook library: {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The crates that a cell may name without `:dep`.
pub const EXTERNS: [&str; 9] = [
    "gradus_assignments",
    "gradus_check",
    "gradus_nn",
    "gradus_prelude",
    "ndarray",
    "ndarray_rand",
    "plotters",
    "rand",
    "rand_chacha",
];
const EXTERN_SERDE_JSON: &str = "serde_json";
const LIST: &str = "library.json";

impl Library {
    /// The folder of libraries that came in one archive with this program, if it did.
    pub fn beside_program() -> Option<PathBuf> {
        let root = env::current_exe().ok()?.parent()?.join("library/notebooks");
        root.is_dir().then_some(root)
    }

    /// The folder of all libraries: `GRADUS_NOTEBOOK_LIBRARY`, or else the one beside the program, or else one in the
    /// workspace's target folder.
    pub fn default_root() -> PathBuf {
        let named = env::var_os("GRADUS_NOTEBOOK_LIBRARY").map(PathBuf::from);
        named.or_else(Self::beside_program).unwrap_or_else(|| target().join("notebook-library"))
    }

    /// Finds the library in `root` for the notebooks of an assignment, or for all others.
    ///
    /// # Errors
    /// When it is not there, or the compiler that made it is not.
    pub fn find(root: &Path, assignment: Option<&str>) -> Result<Self, LibraryError> {
        let directory = root.join(folder(assignment));
        let path = directory.join(LIST);
        let text = fs::read_to_string(&path).map_err(|source| LibraryError::Missing { path: path.clone(), source })?;
        let mut list: List = serde_json::from_str(&text)
            .map_err(|error| LibraryError::Missing { path, source: io::Error::other(error) })?;
        let moved = !list.sysroot.join("bin/rustc").is_file();
        if moved {
            list.sysroot = sysroot_on_path(&list)?;
        }
        Ok(Self { built: built(&directory), directory, list, moved })
    }

    /// Builds the library in `root`, from the sources that this program was built from, or brings it up to date.
    /// `progress` is told each line of cargo's.
    ///
    /// # Errors
    /// When a tool is missing or fails, or a file cannot be written.
    pub fn build(root: &Path, assignment: Option<&str>, progress: &mut dyn FnMut(&str)) -> Result<Self, LibraryError> {
        let topics = assignment.map(topics).transpose()?;
        let target = target_triple()?;
        let sysroot = PathBuf::from(output(&mut rustc_on_path(), &["--print", "sysroot"])?.trim());
        let libraries = sysroot.join("lib/rustlib").join(&target).join("lib");
        let mut cargo = inner_cargo();
        cargo
            .current_dir(workspace())
            // Both link the standard library dynamically, so that there is one of it; and find it, and each other.
            .env(
                "RUSTFLAGS",
                format!("-Cprefer-dynamic -Clink-arg=-Wl,-rpath,$ORIGIN -Clink-arg=-Wl,-rpath,{}", libraries.display()),
            )
            .args(["build", "--release", "--locked", "--package", "gradus-prelude", "--features", "runner"])
            // With a target named, the flags do not reach build scripts.
            .args(["--target", &target, "--message-format", "json-render-diagnostics", "--target-dir"])
            .arg(root.join("build"));
        if let Some(topics) = topics {
            cargo.arg("--no-default-features");
            for topic in topics {
                cargo.arg("--features").arg(format!("gradus-nn/{topic}"));
            }
        }
        let (artifacts, versions) = run_cargo(cargo, progress)?;
        let directory = root.join(folder(assignment));
        // Notebooks may be at work with the one that is there: it is whole until the new one is.
        let new = directory.with_extension("new");
        let externs = collect(&artifacts, &new)?;
        let list = List { rustc: output(&mut rustc_on_path(), &["-vV"])?, sysroot, target, externs, versions };
        let path = new.join(LIST);
        let text = serde_json::to_string_pretty(&list).map_err(|error| build_error(error.to_string()))?;
        fs::write(&path, text).map_err(|source| LibraryError::Write { path, source })?;
        replace(&directory, &new).map_err(|source| LibraryError::Write { path: directory, source })?;
        Self::find(root, assignment)
    }

    /// Whether another library stands in this one's place by now.
    pub(crate) fn is_replaced(&self) -> bool {
        built(&self.directory) != self.built
    }

    /// The folder of this library.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A program of the compiler that made the library: `rustc`, `cargo`.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.list.sysroot.join("bin").join(name)
    }

    pub(crate) fn rustc(&self) -> PathBuf {
        self.tool("rustc")
    }

    pub(crate) fn runner(&self) -> PathBuf {
        self.directory.join("gradus-runner")
    }

    /// Where the standard library's files are.
    pub(crate) fn standard_library(&self) -> PathBuf {
        self.list.sysroot.join("lib/rustlib").join(&self.list.target).join("lib")
    }

    /// The linker that comes with the compiler, which starts faster than the C compiler that would call it.
    pub(crate) fn linker(&self) -> PathBuf {
        self.list.sysroot.join("lib/rustlib").join(&self.list.target).join("bin/rust-lld")
    }

    /// The version of a crate that cells may name, if the library has it.
    pub(crate) fn version_of(&self, crate_name: &str) -> Option<&str> {
        self.list.externs.get(crate_name).and_then(|_| self.list.versions.get(crate_name)).map(String::as_str)
    }

    pub(crate) fn externs(&self) -> impl Iterator<Item = (&str, PathBuf)> {
        self.list.externs.iter().map(|(name, file)| (name.as_str(), self.directory.join(file)))
    }
}

/// Where the compiler on the path is, if it is of the version that made the library: what came from another machine.
fn sysroot_on_path(list: &List) -> Result<PathBuf, LibraryError> {
    let gone = || LibraryError::Compiler { wanted: list.rustc.lines().next().unwrap_or_default().to_owned() };
    let ask = |arguments: &[&str]| output(Command::new("rustc").env_remove("RUSTFLAGS"), arguments).map_err(|_| gone());
    if ask(&["-vV"])? != list.rustc {
        return Err(gone());
    }
    Ok(PathBuf::from(ask(&["--print", "sysroot"])?.trim()))
}

/// The name of a library's folder.
pub(crate) fn folder(assignment: Option<&str>) -> &str {
    assignment.unwrap_or("course")
}

/// The folder of the sources that this program was built from.
pub fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    folder.canonicalize().unwrap_or(folder)
}

/// The folder that cargo builds the workspace in.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The topics of the teaching library that students of an assignment may use.
pub(crate) fn topics(assignment: &str) -> Result<Vec<String>, LibraryError> {
    let path = workspace().join("assignments").join(assignment).join("assignment.toml");
    let unknown = || LibraryError::Assignment { assignment: assignment.to_owned(), path: path.clone() };
    if assignment.contains(['/', '.']) {
        return Err(unknown());
    }
    let text = fs::read_to_string(&path).map_err(|_| unknown())?;
    let table: toml::Table = text.parse().map_err(|error| build_error(format!("{}: {error}", path.display())))?;
    let topics = table.get("library_topics").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    Ok(topics.iter().filter_map(|topic| topic.as_str().map(str::to_owned)).collect())
}

/// Cargo, without what an outer cargo has set for its own build.
pub fn inner_cargo() -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO") && text != "CARGO_HOME" || text.starts_with("RUST") && text != "RUSTUP_HOME" {
            command.env_remove(name);
        }
    }
    command
}

fn rustc_on_path() -> Command {
    let mut command = Command::new("rustc");
    command.current_dir(workspace()).env_remove("RUSTFLAGS");
    command
}

fn target_triple() -> Result<String, LibraryError> {
    let version = output(&mut rustc_on_path(), &["-vV"])?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| build_error("rustc does not say what machine it runs on".to_owned()))
}

fn output(command: &mut Command, arguments: &[&str]) -> Result<String, LibraryError> {
    let output = command.args(arguments).output().map_err(|error| build_error(format!("rustc: {error}")))?;
    if !output.status.success() {
        return Err(build_error(format!("rustc {}: {}", arguments.join(" "), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs cargo and returns the files that it made, and the version of each crate.
fn run_cargo(
    mut cargo: Command,
    progress: &mut dyn FnMut(&str),
) -> Result<(Vec<PathBuf>, BTreeMap<String, String>), LibraryError> {
    let failed = |error: io::Error| build_error(format!("cargo: {error}"));
    let mut child = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let stdout = child.stdout.take().expect("it is piped");
    let messages =
        std::thread::spawn(move || BufReader::new(stdout).lines().map_while(Result::ok).collect::<Vec<String>>());
    for line in BufReader::new(child.stderr.take().expect("it is piped")).lines().map_while(Result::ok) {
        progress(&line);
    }
    let status = child.wait().map_err(failed)?;
    let messages = messages.join().unwrap_or_default();
    if !status.success() {
        return Err(build_error(format!("cargo ended with {status}")));
    }
    let messages: Vec<Value> = messages.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let artifacts = || messages.iter().filter(|message| message["reason"] == "compiler-artifact");
    let files = artifacts().flat_map(|message| {
        let files = message["filenames"].as_array().cloned().unwrap_or_default();
        files.into_iter().chain([message["executable"].clone()])
    });
    let versions = artifacts().filter_map(|message| {
        // `registry+https://github.com/rust-lang/crates.io-index#ndarray@0.17.2`, or `path+file:///...#0.1.0`.
        let version = message["package_id"].as_str()?.rsplit(['@', '#']).next()?;
        Some((message["target"]["name"].as_str()?.replace('-', "_"), version.to_owned()))
    });
    Ok((files.filter_map(|name| name.as_str().map(PathBuf::from)).collect(), versions.collect()))
}

/// Puts the libraries and the runner into `directory`, and returns the file of each crate that may be named.
fn collect(artifacts: &[PathBuf], directory: &Path) -> Result<BTreeMap<String, String>, LibraryError> {
    let write = |path: &Path| {
        let path = path.to_owned();
        move |source| LibraryError::Write { path, source }
    };
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).map_err(write(directory))?;
    let mut externs = BTreeMap::new();
    for path in artifacts {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let is_runner = name == "gradus-runner";
        if !(is_runner || [".rlib", ".so"].iter().any(|extension| name.ends_with(extension))) {
            continue;
        }
        let to = directory.join(&name);
        if !to.exists() {
            // A copy, not a link: cargo would write the next assignment's library into the same file.
            fs::copy(path, &to).map_err(write(&to))?;
        }
        let crate_name = name.trim_start_matches("lib").split(['-', '.']).next().unwrap_or_default();
        if let Some(known) = EXTERNS.iter().chain([&EXTERN_SERDE_JSON]).find(|known| **known == crate_name) {
            externs.insert((*known).to_owned(), name);
        }
    }
    for known in EXTERNS {
        if !externs.contains_key(known) {
            return Err(build_error(format!("cargo made no library of `{known}`")));
        }
    }
    Ok(externs)
}

fn replace(directory: &Path, new: &Path) -> io::Result<()> {
    let old = directory.with_extension("old");
    let _ = fs::remove_dir_all(&old);
    if directory.exists() {
        fs::rename(directory, &old)?;
    }
    fs::rename(new, directory)?;
    let _ = fs::remove_dir_all(&old);
    Ok(())
}

fn built(directory: &Path) -> Option<SystemTime> {
    fs::metadata(directory.join(LIST)).and_then(|list| list.modified()).ok()
}

fn build_error(what: String) -> LibraryError {
    LibraryError::Build { what }
}
