//! `gradus submit`: what a student is told before handing in, and that what is handed in is graded.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use gradus_assignments::Assignment;
use gradus_notebook::{Cell, Notebook, Record, Wanted, read_submission_bytes};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::ZipArchive;

use crate::support::{Run, gradus, gradus_with, repository, results, right_answers, snapshot};

/// A folder with a notebook in it.
struct Work(TempDir);

impl Work {
    fn of(notebook: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("work.ipynb"), notebook).expect("a file");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn submit(&self, options: &[&str]) -> Run {
        let notebook = self.path("work.ipynb").display().to_string();
        gradus(&[&["submit", &notebook], options].concat())
    }

    fn archive(&self) -> PathBuf {
        self.path("softmax-submission.zip")
    }
}

/// The reference answers, each in its cell.
fn right_notebook() -> Notebook {
    let manifest = Assignment::find("softmax").expect("softmax").manifest().expect("its manifest");
    let wanted: Vec<_> =
        manifest.functions.iter().map(|entry| Wanted { function: &entry.name, cell_id: None }).collect();
    let available = ["std", "ndarray", "ndarray_rand", "rand"];
    let submission =
        read_submission_bytes("right.rs", right_answers().into_bytes(), &wanted, &available).expect("answers");
    let others =
        submission.fragments.iter().filter(|fragment| !wanted.iter().any(|wanted| fragment.answers(wanted.function)));
    let mut cells =
        vec![Cell::code("imports", others.map(|fragment| fragment.text.as_str()).collect::<Vec<_>>().join("\n"))];
    cells.extend(
        manifest
            .functions
            .iter()
            .map(|entry| Cell::code(&entry.cell, &submission.answer(&entry.name).expect("an answer").text)),
    );
    let mut notebook = Notebook::new(cells);
    notebook.metadata.insert("gradus".to_owned(), json!({"assignment": "softmax"}));
    notebook
}

/// The reference answers with another text in one answer cell.
fn with_answer(cell: &str, text: &str) -> String {
    let mut notebook = right_notebook();
    let place = notebook.cells.iter().position(|other| other.id.as_deref() == Some(cell)).expect("the cell is there");
    notebook.cells[place].source = text.to_owned();
    notebook.to_json()
}

#[test]
fn right_answers_are_packed_and_the_archive_is_graded() {
    let notebook = right_notebook().to_json();
    let work = Work::of(&notebook);
    let run = work.submit(&[]);
    snapshot("submit_right", &run, work.0.path());

    let mut archive = ZipArchive::new(File::open(work.archive()).expect("an archive")).expect("a zip archive");
    let record: Record = serde_json::from_reader(archive.by_name("submission.json").expect("a record")).expect("JSON");
    assert_eq!((record.assignment.as_str(), record.notebook.as_str()), ("softmax", "work.ipynb"));
    assert!(record.time.ends_with('Z') && record.time.starts_with("20"), "{}", record.time);
    let packed = std::io::read_to_string(archive.by_name("work.ipynb").expect("the notebook")).expect("text");
    assert_eq!(packed, notebook, "the notebook is handed in as it is");
    assert_eq!(record.sha256, sha256sum(&work.path("work.ipynb")));

    let out = work.path("grades");
    let (archive, folder) = (work.archive().display().to_string(), out.display().to_string());
    let run = gradus(&["grade", "softmax", &archive, "--out", &folder]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = results(&out, "softmax-submission");
    assert_eq!(report["score"], report["max_score"]);
    assert!(!report.to_string().contains("submission.json"), "the record is nothing to wonder at: {report}");
}

#[test]
fn a_missing_question_is_told_and_the_rest_is_packed() {
    let work = Work::of(&with_answer("predict", "// later"));
    snapshot("submit_missing", &work.submit(&[]), work.0.path());
    assert!(work.archive().exists());
}

#[test]
fn an_answer_that_does_not_compile_is_told_and_packed() {
    let text = "pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {\n    x.dot(w)\n}";
    let work = Work::of(&with_answer("predict", text));
    snapshot("submit_compile_error", &work.submit(&[]), work.0.path());
    assert!(work.archive().exists());
}

#[test]
fn an_untouched_notebook_is_told_question_by_question() {
    let starter = fs::read_to_string(repository().join("notebooks/softmax.ipynb")).expect("the student notebook");
    let work = Work::of(&starter);
    snapshot("submit_untouched", &work.submit(&["--check-only"]), work.0.path());
    assert!(!work.archive().exists(), "--check-only writes nothing");
}

#[test]
fn what_cannot_be_read_is_not_packed() {
    let work = Work::of("{\"cells\": [");
    snapshot("submit_unreadable", &work.submit(&["--assignment", "softmax"]), work.0.path());
    assert!(!work.archive().exists());
    assert_eq!(fs::read_dir(work.0.path()).expect("the folder").count(), 1, "something was written");
}

#[test]
fn an_assignment_must_be_named_somewhere() {
    let mut notebook = right_notebook();
    notebook.metadata.remove("gradus");
    let work = Work::of(&notebook.to_json());
    snapshot("submit_no_assignment", &work.submit(&[]), work.0.path());
    let out = work.path("mine.zip").display().to_string();
    let run = work.submit(&["--assignment", "softmax", "--out", &out, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((&report["archive"], &report["checked"]), (&json!(out), &json!(true)));
    assert_eq!(report["questions"].as_array().map(Vec::len), Some(5));
    assert!(report["questions"].as_array().expect("a list").iter().all(|question| question["progress"] == "passes"));
}

/// Our fault costs nobody a deadline: what cannot be checked here can be handed in.
#[test]
fn without_a_compiler_the_archive_is_written_unchecked() {
    let work = Work::of(&right_notebook().to_json());
    let notebook = work.path("work.ipynb").display().to_string();
    let library = work.path("no-library");
    let submit = |options: &[&str]| {
        gradus_with(work.0.path(), &[&["submit", &notebook], options].concat(), &[("GRADUS_LIBRARY", &library)])
    };
    snapshot("submit_unchecked", &submit(&[]), work.0.path());
    assert!(work.archive().exists());
    assert_eq!(submit(&["--check-only"]).code, 2);
}

fn sha256sum(path: &Path) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output().expect("coreutils");
    String::from_utf8_lossy(&output.stdout).split_whitespace().next().expect("a sum").to_owned()
}
