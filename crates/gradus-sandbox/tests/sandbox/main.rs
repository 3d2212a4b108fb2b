//! The sandbox as its callers see it, at each level that this machine offers.
//!
//! Most tests run `probe.rs` in it, a program that tries what it is told to.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod cgroups;
mod compile;
mod isolation;
mod levels;
mod lifecycle;
mod limits;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use gradus_sandbox::{Finished, Job, Level, Options, Profile, Requirement, Sandbox, library_paths};

const LAUNCHER: &str = env!("CARGO_BIN_EXE_gradus-launcher");

/// The strongest sandbox up to a level.
fn sandbox(ceiling: Level) -> Sandbox {
    let options = Options::default().with_launcher(LAUNCHER).with_ceiling(ceiling);
    Sandbox::probe_with(Requirement::LimitsOnly, &options).expect("a sandbox of some level")
}

/// One sandbox for each level to be had here, weakest first.
fn all_levels() -> Vec<Sandbox> {
    let mut sandboxes: Vec<Sandbox> =
        [Level::LimitsOnly, Level::Filtered, Level::Restricted, Level::Full].map(sandbox).to_vec();
    sandboxes.dedup_by_key(|sandbox| sandbox.level());
    sandboxes
}

/// Those that keep a job from other files.
fn confining_levels() -> Vec<Sandbox> {
    all_levels().into_iter().filter(|sandbox| sandbox.level() >= Level::Restricted).collect()
}

/// Whether jobs run as a user of their own.
fn own_user(sandbox: &Sandbox) -> bool {
    sandbox.layers().iter().any(|layer| layer.name == "own user" && layer.active)
}

/// The compiled `probe.rs`.
fn probe() -> &'static Path {
    static PROBE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PROBE.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("probe");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/probe.rs");
        let status = Command::new("rustc").args(["--edition=2024", "-O", "-o"]).arg(&path).arg(source).status();
        assert!(status.expect("rustc").success(), "the probe does not compile");
        (directory, path)
    });
    path
}

/// A job that runs the probe and sees nothing but it and the system's libraries.
fn probing(profile: Profile, arguments: &[&str]) -> Job {
    Job::new(probe(), profile).executables(library_paths()).arguments(arguments.iter().copied())
}

/// Runs it, and checks that the sandbox worked at the level it said.
fn run(sandbox: &Sandbox, job: &Job) -> Finished {
    let finished = sandbox.run(job).expect("a report");
    assert_eq!(finished.level, sandbox.level_of(job.profile));
    finished
}

/// The lines that report a breach, without a repetition.
fn breaches(finished: &Finished) -> Vec<String> {
    let text = finished.stderr.text();
    let mut lines: Vec<String> = text.lines().filter_map(|line| line.strip_prefix("BREACH ")).map(Into::into).collect();
    lines.dedup();
    lines
}

/// A directory below one that all may enter (a temporary directory is closed to others).
fn open_directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("to open it");
    directory
}

/// The numbers of all processes on the machine that were started with this argument.
fn processes_with(argument: &str) -> Vec<i32> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|pid: &i32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|part| part == argument.as_bytes())
        })
        .collect()
}
