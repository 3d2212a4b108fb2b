//! `gradus run`, as far as it needs neither Python nor the library of notebooks; `tests/kernel` has the rest.

use std::fs;
use std::path::Path;

use gradus_notebook::{Cell, Notebook};
use serde_json::{Value, json};

use crate::support::{Run, gradus, gradus_with, snapshot};

#[test]
fn no_such_notebook() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("work.ipynb").display().to_string();
    snapshot("run_no_such_file", &gradus(&["run", &path]), folder.path());
}

#[test]
fn not_a_notebook_to_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("work.ipynb");
    fs::write(&path, "{\"cells\": [").expect("a file");
    snapshot("run_not_a_notebook", &gradus(&["run", &path.display().to_string()]), folder.path());
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "something was written");
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("work.ipynb");
    fs::write(&path, Notebook::new(vec![Cell::code("a", "1")]).to_json()).expect("a file");
    let out = folder.path().join("missing/out.ipynb").display().to_string();
    let run = gradus(&["run", &path.display().to_string(), "--out", &out]);
    snapshot("run_output_not_writable", &run, folder.path());
}

/// The hint names every kernel that there is, and which there are depends on the machine.
#[test]
fn an_unknown_kernel_is_told_with_those_that_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run_with_kernels(folder.path(), &["ada", "bob"], &["--kernel", "eve"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("there is no kernel `eve`"), "{}", run.stderr);
    let hint = run.stderr.lines().find(|line| line.starts_with("hint: ")).expect("a hint");
    assert!(hint.contains("ada, ") && hint.contains("bob"), "{hint}");
    assert!(!folder.path().join("work.executed.ipynb").exists());
}

/// A kernel without its library cannot run a cell, and says in the cell how to get one.
#[test]
fn a_failing_cell_is_told_and_what_there_is_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run_with_kernels(folder.path(), &["gradus"], &[]);
    let shown = Run { stderr: without_seconds(&run.stderr), ..run };
    snapshot("run_failing_cell", &shown, folder.path());
    let text = fs::read_to_string(folder.path().join("work.executed.ipynb")).expect("it was written");
    let notebook: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(notebook["cells"][0]["outputs"][0]["ename"], "NoEngine");
    assert_eq!(notebook["cells"][1]["outputs"], json!([]));

    let run = run_with_kernels(folder.path(), &["gradus"], &["--allow-errors", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let summary: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(summary["cells"].as_array().map(Vec::len), Some(2));
    assert_eq!(summary["first_failure"]["id"], "first");
}

/// Runs a notebook of two cells where these kernels are installed; all of them are ours, without its library.
fn run_with_kernels(folder: &Path, kernels: &[&str], options: &[&str]) -> Run {
    let data = folder.join("jupyter");
    for kernel in kernels {
        let place = data.join("kernels").join(kernel);
        fs::create_dir_all(&place).expect("a folder");
        let argv = [env!("CARGO_BIN_EXE_gradus"), "kernel", "run", "--connection-file", "{connection_file}"];
        let entry = json!({"argv": argv, "display_name": kernel, "language": "rust", "interrupt_mode": "message"});
        fs::write(place.join("kernel.json"), entry.to_string()).expect("a file");
    }
    let cells = vec![Cell::code("first", "1 + 1"), Cell::code("second", "2 + 2")];
    let path = folder.join("work.ipynb");
    fs::write(&path, Notebook::new(cells).to_json()).expect("a file");
    let path = path.display().to_string();
    let arguments: Vec<_> = ["run", &path].iter().chain(options).copied().collect();
    let library = folder.join("no-library");
    let environment = [("JUPYTER_PATH", &*data), ("GRADUS_NOTEBOOK_LIBRARY", &*library), ("XDG_DATA_HOME", folder)];
    gradus_with(folder, &arguments, &environment)
}

/// `in 1.2 s` is another each time.
fn without_seconds(text: &str) -> String {
    let line = |line: &str| match line.split_once(" in ").zip(line.split_once(" s with ")) {
        Some(((start, _), (_, end))) if line.starts_with("ran ") => format!("{start} in [SECONDS] s with {end}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
