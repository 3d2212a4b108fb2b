//! Running the real program, as a user does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a run of the program gave.
pub struct Run {
    /// Its exit code.
    pub code: i32,
    /// What it printed as data.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

/// Runs `gradus` with these arguments.
pub fn gradus<S: AsRef<str>>(arguments: &[S]) -> Run {
    gradus_in(Path::new("."), arguments)
}

/// Runs `gradus` in a folder.
pub fn gradus_in<S: AsRef<str>>(folder: &Path, arguments: &[S]) -> Run {
    gradus_with(folder, arguments, &[])
}

/// Runs `gradus` in a folder, with variables in its environment.
pub fn gradus_with<S: AsRef<str>>(folder: &Path, arguments: &[S], environment: &[(&str, &Path)]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(arguments.iter().map(AsRef::as_ref))
        .env("NO_COLOR", "1")
        .envs(environment.iter().copied())
        .current_dir(folder)
        .output()
        .expect("the program starts");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The paths of a folder's files, in the order of their names.
pub fn files_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path().display().to_string()).collect();
    paths.sort();
    paths
}

/// The report of the submission `name` below the output folder `out`.
pub fn results(out: &Path, name: &str) -> Value {
    let text = fs::read_to_string(out.join(name).join("results.json")).expect("there is a report");
    serde_json::from_str(&text).expect("results.json is JSON")
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the crate stands in the repository")
}

/// The reference answers of assignment `softmax`, as a submission.
pub fn right_answers() -> String {
    gradus_grader::key("softmax").expect("softmax has a key").reference_source.to_owned()
}

/// Snapshots exit code, stdout and stderr, with `folder`'s path replaced by `[FOLDER]`.
pub fn snapshot(name: &str, run: &Run, folder: &Path) {
    let folder = folder.display().to_string();
    let text = format!("exit code {}\n-- stdout\n{}-- stderr\n{}", run.code, run.stdout, run.stderr);
    snapshot_text(name, &text.replace(&folder, "[FOLDER]"));
}

/// Snapshots a text.
pub fn snapshot_text(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => repository().join("tests/snapshots"), prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}
