//! `gradus convert`: a source comes out, what is left to do is said, and nothing is lost.

use std::fs;

use crate::support::{gradus, repository, snapshot, snapshot_text};

fn fixture(name: &str) -> String {
    repository().join("tests/convert").join(name).display().to_string()
}

#[test]
fn a_source_and_what_is_left_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("source.rs");
    let command = ["convert", "--from", "nbgrader", &fixture("halves"), "--out", &out.display().to_string()];
    snapshot("convert_halves", &gradus(&command), folder.path());
    let source = fs::read_to_string(&out).expect("a source");
    let preamble = format!("//! The source of assignment `halves`.\n//! {}\n\n", gradus_grader::CANARY);
    snapshot_text("convert_halves_source", source.strip_prefix(&preamble).expect("a staff file"));
    // On stdout the same.
    assert_eq!(gradus(&command[..4]).stdout, source);
    // What somebody may have worked on stays.
    snapshot("convert_over_a_file", &gradus(&command), folder.path());
    assert_eq!(fs::read_to_string(&out).expect("a source"), source);
}

#[test]
fn what_cannot_be_converted_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::copy(repository().join("tests/convert/no_end/half.ipynb"), path("half.ipynb")).expect("a notebook");
    let out = path("source.rs");
    snapshot(
        "convert_no_end",
        &gradus(&["convert", "--from", "nbgrader", &path("half.ipynb"), "--out", &out]),
        folder.path(),
    );
    assert!(fs::metadata(&out).is_err());
    fs::create_dir(path("empty")).expect("a folder");
    snapshot("convert_no_notebook", &gradus(&["convert", "--from", "nbgrader", &path("empty")]), folder.path());
    snapshot("convert_nothing", &gradus(&["convert", "--from", "nbgrader", &path("nowhere")]), folder.path());
    let named = gradus(&["convert", "--from", "nbgrader", &fixture("halves"), "--assignment", "2 halves"]);
    snapshot("convert_no_id", &named, folder.path());
}
