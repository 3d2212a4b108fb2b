//! Bad input: each gets a clear message with a hint, and the submissions beside it are not harmed.

use std::fs;
use std::path::Path;

use crate::support::{gradus, results, right_answers, snapshot};
use serde_json::json;

/// Grades one bad submission beside a good one, and snapshots what the user reads.
fn beside_a_good_one(name: &str, file: &str, bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(file), bytes).expect("a file");
    fs::write(folder.path().join("good.rs"), right_answers()).expect("a file");
    let out = folder.path().join("out");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let run = gradus(&["grade", "softmax", &path(file), &path("good.rs"), "--out", &out.display().to_string()]);
    snapshot(name, &run, folder.path());

    let good = results(&out, "good");
    assert_eq!(good["score"], good["max_score"], "the good submission was harmed by {file}");
    let stem = Path::new(file).file_stem().expect("a stem").to_string_lossy().into_owned();
    let bad = results(&out, &stem);
    assert!(bad["output"].as_str().is_some_and(|output| !output.is_empty()), "the report says nothing");
}

fn notebook(kernel: &str, cells: &[(&str, &str)]) -> Vec<u8> {
    let cells: Vec<_> = cells
        .iter()
        .map(|(id, source)| {
            json!({"cell_type": "code", "id": id, "metadata": {}, "execution_count": null, "outputs": [], "source": source})
        })
        .collect();
    let metadata = json!({"kernelspec": {"name": kernel, "display_name": kernel, "language": kernel}});
    json!({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}).to_string().into_bytes()
}

#[test]
fn not_a_notebook() {
    beside_a_good_one("not_a_notebook", "homework.ipynb", b"{\"cells\": [\n  {\"cell_type\": }\n]}");
}

#[test]
fn json_but_no_notebook() {
    beside_a_good_one("json_but_no_notebook", "homework.ipynb", b"{\"name\": \"settings\"}");
}

#[test]
fn a_notebook_in_python() {
    let bytes = notebook("python3", &[("a", "def softmax_loss(x, y):\n    return 0")]);
    beside_a_good_one("a_notebook_in_python", "homework.ipynb", &bytes);
}

#[test]
fn not_utf8() {
    beside_a_good_one("not_utf8", "homework.rs", b"// fine\npub fn predict() {}\n// \xff\xfe\n");
}

#[test]
fn empty() {
    beside_a_good_one("empty", "homework.rs", b"");
}

/// An archive of one stored file.
fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
    writer.write_all(content).expect("its content");
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn an_archive_that_leads_out() {
    beside_a_good_one("an_archive_that_leads_out", "homework.zip", &archive("../../homework.rs", b"fn f() {}"));
}

#[test]
fn a_zip_bomb() {
    beside_a_good_one("a_zip_bomb", "homework.zip", &archive("homework.rs", &vec![b' '; 2 << 20]));
}

#[test]
fn a_good_archive_is_graded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ada.zip");
    fs::write(&path, archive("homework/answers.rs", right_answers().as_bytes())).expect("a file");
    let out = folder.path().join("out");
    let run = gradus(&["grade", "softmax", &path.display().to_string(), "--out", &out.display().to_string()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = results(&out, "ada");
    assert_eq!(report["score"], report["max_score"]);
}

#[test]
fn duplicate_and_deleted_answer_cells_are_repaired_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("homework.ipynb");
    let answers = right_answers();
    let wrong = "pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> { todo!() }";
    // The answer cell of `predict` was deleted, and the function stands twice elsewhere; the later one counts.
    fs::write(&path, notebook("gradus", &[("scratch", wrong), ("all", &answers)])).expect("a file");
    let out = folder.path().join("out");
    let run = gradus(&["grade", "softmax", &path.display().to_string(), "--out", &out.display().to_string()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = results(&out, "homework");
    assert_eq!(report["score"], report["max_score"]);
    let output = report["output"].as_str().expect("a text");
    assert!(output.contains("predict") && output.contains("cell 2"), "the repair is not told: {output}");
}

#[test]
fn a_missing_function_costs_its_own_points() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("homework.rs");
    let text = right_answers().replace("fn predict(", "fn forecast(");
    fs::write(&path, text).expect("a file");
    let out = folder.path().join("out");
    let run = gradus(&["grade", "softmax", &path.display().to_string(), "--out", &out.display().to_string()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = results(&out, "homework");
    for test in report["tests"].as_array().expect("a list") {
        let missing = test["name"].as_str().expect("a name").starts_with("predict");
        assert_eq!(test["status"] == "failed", missing, "{test}");
    }
}

#[test]
fn unknown_assignment() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let run = gradus(&["grade", "sofmax", "homework.rs", "--out", &out]);
    snapshot("unknown_assignment", &run, folder.path());
}

#[test]
fn no_such_submission() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("homework.rs").display().to_string();
    let out = folder.path().join("out").display().to_string();
    let run = gradus(&["grade", "softmax", &path, "--out", &out]);
    snapshot("no_such_submission", &run, folder.path());
}

#[test]
fn two_submissions_of_one_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for student in ["ada", "bob"] {
        fs::create_dir(folder.path().join(student)).expect("a folder");
        fs::write(folder.path().join(student).join("homework.rs"), "").expect("a file");
    }
    let path = |student: &str| folder.path().join(student).join("homework.rs").display().to_string();
    let out = folder.path().join("out").display().to_string();
    let run = gradus(&["grade", "softmax", &path("ada"), &path("bob"), "--out", &out]);
    snapshot("two_submissions_of_one_name", &run, folder.path());
}

#[test]
fn a_submission_laid_out_as_another_students() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "").expect("a file");
    };
    ["ada/homework.rs", "bob/ada/softmax/homework.rs"].into_iter().for_each(write);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let run = gradus(&["grade", "softmax", &path("ada"), &path("bob"), "--out", &path("out")]);
    snapshot("a_submission_laid_out_as_another_students", &run, folder.path());
    assert!(!folder.path().join("out").exists());
}

#[test]
fn an_output_folder_that_cannot_be_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = folder.path().join("good.rs");
    fs::write(&good, "").expect("a file");
    // A file where the folder should be: this stops root too, whom permissions do not.
    let out = folder.path().join("out");
    fs::write(&out, "").expect("a file");
    let run = gradus(&["grade", "softmax", &good.display().to_string(), "--out", &out.display().to_string()]);
    snapshot("an_output_folder_that_cannot_be_written", &run, folder.path());
}

#[test]
fn no_arguments() {
    let folder = tempfile::tempdir().expect("a folder");
    snapshot("no_arguments", &gradus::<&str>(&[]), folder.path());
    snapshot("grade_without_submission", &gradus(&["grade", "softmax"]), folder.path());
}
