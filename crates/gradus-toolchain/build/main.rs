//! Builds, once for each set of topics, the library that student code is compiled against.
//!
//! A student links `gradus-nn` *without* the answers of the assignment, while this workspace links it with them. Cargo
//! unifies features within one build, so the student's library has to come from a build of its own: this script runs
//! cargo on `gradus-worker` with the assignment's topics, into a target directory shared by all profiles, and copies
//! the libraries to `OUT_DIR/student/<assignment>/`, with a list of them in `student/library.json`.

#![expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The crates that a student's code and the worker's `main` may name.
const EXTERNS: [&str; 8] = [
    "gradus_assignments",
    "gradus_check",
    "gradus_instances",
    "gradus_nn",
    "gradus_worker",
    "ndarray",
    "ndarray_rand",
    "rand",
];

/// What the student's library is made from, seen from the workspace's root.
const SOURCES: [&str; 8] = [
    "Cargo.lock",
    "Cargo.toml",
    "assignments",
    "crates/gradus-check",
    "crates/gradus-instances",
    "crates/gradus-nn",
    "crates/gradus-question",
    "crates/gradus-worker",
];

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let workspace = manifest.join("../..").canonicalize().expect("the crate stands in its workspace");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }

    let student = out.join("student");
    let mut assignments = BTreeMap::new();
    for (id, topics) in assignment_topics(&workspace.join("assignments")) {
        let artifacts = build(&workspace, &target_directory(&out), &topics);
        let directory = student.join(&id);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).expect("OUT_DIR can be written");
        assignments.insert(id, collect(&artifacts, &directory));
    }
    let list = json!({ "rustc": rustc_version(), "sysroot": sysroot(), "assignments": assignments });
    fs::write(student.join("library.json"), list.to_string()).expect("OUT_DIR can be written");
    println!("cargo::rustc-env=GRADUS_STUDENT_LIBRARY={}", student.display());
}

/// Each assignment's id and the topics of the library that its students may use.
fn assignment_topics(assignments: &Path) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(assignments).expect("there are assignments").flatten() {
        let path = entry.path().join("assignment.toml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let topics = table.get("library_topics").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        let topics = topics.iter().filter_map(|topic| topic.as_str().map(str::to_owned)).collect();
        found.insert(entry.file_name().to_string_lossy().into_owned(), topics);
    }
    found
}

/// Runs the inner cargo and returns the library files that it names.
fn build(workspace: &Path, target: &Path, topics: &[String]) -> Vec<PathBuf> {
    let mut command = Command::new(env::var_os("CARGO").expect("cargo sets CARGO"));
    for (name, _) in env::vars_os() {
        // What the outer cargo, clippy or a test runner set for their own build must not reach this one.
        let text = name.to_string_lossy();
        let foreign =
            text.starts_with("CARGO") && text != "CARGO_HOME" || text.starts_with("RUST") && text != "RUSTUP_HOME";
        if foreign
            || matches!(
                &*text,
                "TARGET" | "HOST" | "PROFILE" | "OPT_LEVEL" | "DEBUG" | "NUM_JOBS" | "OUT_DIR" | "MAKEFLAGS"
            )
        {
            command.env_remove(name);
        }
    }
    let output = command
        .env("RUSTC", env::var_os("RUSTC").expect("cargo sets RUSTC"))
        .current_dir(workspace)
        .args(["build", "--release", "--locked", "--package", "gradus-worker", "--no-default-features"])
        .args(["--features", &topics.join(",")])
        .args(["--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(target)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the student's library does not build; cargo's messages stand above");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|name| name.as_str().map(PathBuf::from))
        // Libraries, and the derive macros that they name (rustc looks for them even when it does not run them).
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib" || extension == "so"))
        .collect()
}

/// Copies the libraries into `directory` and returns the file of each crate that may be named.
fn collect(artifacts: &[PathBuf], directory: &Path) -> BTreeMap<&'static str, String> {
    let mut externs = BTreeMap::new();
    for path in artifacts {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        fs::copy(path, directory.join(&name)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Some(known) =
            EXTERNS.iter().find(|known| name == format!("lib{known}.rlib") || name.starts_with(&format!("lib{known}-")))
        {
            externs.insert(*known, name);
        }
    }
    for known in EXTERNS {
        assert!(externs.contains_key(known), "the student's library has no {known}");
    }
    externs
}

/// A target directory beside the profiles' own, so that tests, lints and the release share one build.
fn target_directory(out: &Path) -> PathBuf {
    // OUT_DIR is <target>/<profile>/build/<package>-<hash>/out
    out.ancestors().nth(4).expect("OUT_DIR lies in a target directory").join("student-library")
}

fn rustc_version() -> String {
    rustc(&["-vV"])
}

fn sysroot() -> String {
    rustc(&["--print", "sysroot"]).trim().to_owned()
}

fn rustc(arguments: &[&str]) -> String {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(rustc).args(arguments).output().expect("rustc runs");
    String::from_utf8(output.stdout).expect("rustc prints UTF-8")
}
