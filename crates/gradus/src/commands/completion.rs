//! The program for completion and inspection: rust-analyzer, built when the kernel is installed.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use gradus_engine::{EXTERNS, Library, inner_cargo, workspace};
use gradus_kernel::{AssistProcess, Assistant, SessionNames};
use thiserror::Error;

use crate::terminal;

/// Tells the kernel where the program is; empty where there is to be none.
pub const VARIABLE: &str = "GRADUS_ASSIST";
/// How much of a failed build is shown.
const LAST_LINES: usize = 10;

/// Why there is no program.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A program cannot be run.
    #[error("{program}: {source}")]
    Run {
        /// Which one.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// It ran and failed.
    #[error("cargo failed:\n{0}")]
    Failed(String),
    /// What was built does not start.
    #[error("it was built, but ended with {0}")]
    Useless(ExitStatus),
}

/// Builds the program, or brings it up to date, and tells where it is.
pub fn build() -> Result<PathBuf, BuildError> {
    let package = workspace().join("crates/gradus-assist");
    let mut cargo = inner_cargo();
    cargo.args(["build", "--release", "--locked", "--manifest-path"]).arg(package.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(package.join("target"));
    run(cargo)?;
    let program = default_program();
    // Once as the kernel will start it: it says what it misses, and cargo gets what it needs while there is a network.
    let first = Command::new(&program).args(arguments()).stdin(Stdio::null()).stdout(Stdio::null()).status();
    let first = first.map_err(not_run(&program))?;
    if first.success() { Ok(program) } else { Err(BuildError::Useless(first)) }
}

/// Who completes and inspects in this kernel.
pub fn assistant() -> Box<dyn Assistant> {
    let program = env::var_os(VARIABLE).map_or_else(default_program, PathBuf::from);
    if !program.is_file() {
        return Box::new(SessionNames);
    }
    let library = Library::find(&Library::default_root(), None).ok();
    // Jupyter may run without cargo on its path; and it has to be the compiler that the library was made with.
    let tools = library.into_iter().flat_map(|library| {
        [("CARGO", library.tool("cargo")), ("RUSTC", library.tool("rustc"))]
            .map(|(variable, program)| (variable.into(), program.into()))
    });
    Box::new(AssistProcess::new(program, arguments(), tools))
}

/// What cells link, and what of it they can name.
fn arguments() -> impl Iterator<Item = OsString> {
    ["gradus-prelude"].into_iter().chain(EXTERNS).map(OsString::from)
}

fn default_program() -> PathBuf {
    workspace().join("crates/gradus-assist/target/release/gradus-assist")
}

/// Runs cargo, showing on a terminal what it is at.
pub(super) fn run(mut cargo: Command) -> Result<(), BuildError> {
    let progress = terminal::talk();
    let child = cargo.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(not_run("cargo".as_ref()))?;
    let mut last = Vec::new();
    for line in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines().map_while(Result::ok))
    {
        progress.set_message(line.trim().to_owned());
        last.push(line);
        last.drain(..last.len().saturating_sub(LAST_LINES));
    }
    progress.finish_and_clear();
    if child.wait().map_err(not_run("cargo".as_ref()))?.success() {
        Ok(())
    } else {
        Err(BuildError::Failed(last.join("\n")))
    }
}

fn not_run(program: &Path) -> impl FnOnce(io::Error) -> BuildError {
    let program = program.display().to_string();
    move |source| BuildError::Run { program, source }
}
