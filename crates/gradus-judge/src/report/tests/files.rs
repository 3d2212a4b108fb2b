//! Putting the files in place, and what stands in their way.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::samples::{all, fault, mixed, right};
use crate::grade::Outcome;
use crate::report::{ReportError, html, results, scores, write, write_scores};

fn renamed(name: &str) -> Outcome {
    let Outcome::Fault { message, hint, .. } = fault() else { unreachable!() };
    Outcome::Fault { submission: name.into(), message, hint }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn reports_stand_in_a_folder_of_the_submissions_name_and_replace_older_ones() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("new").join("out");
    write(&mixed(), &out).unwrap();
    write(&mixed(), &out).unwrap();
    write_scores(&all(), &out).unwrap();

    assert_eq!(names(&out), ["mixed", "scores.csv"]);
    assert_eq!(names(&out.join("mixed")), ["report.html", "results.json"]);
    let read = |path: &str| fs::read_to_string(out.join(path)).unwrap();
    assert_eq!(read("mixed/report.html"), html::page(&mixed()));
    assert_eq!(read("mixed/results.json"), results::to_json(&results::results(&mixed())));
    assert_eq!(read("scores.csv"), scores::csv(&all()).unwrap());
    let mode = fs::metadata(out.join("scores.csv")).unwrap().permissions().mode();
    assert_eq!(mode & 0o600, 0o600);
}

#[test]
fn a_file_where_the_folder_should_be_is_named_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("right"), "notes").unwrap();
    let error = write(&right(), directory.path()).unwrap_err();
    assert!(matches!(&error, ReportError::Folder { path, .. } if *path == directory.path().join("right")), "{error}");
    assert!(error.hint().contains("in the way"), "{}", error.hint());
    assert_eq!(fs::read_to_string(directory.path().join("right")).unwrap(), "notes");
}

#[test]
fn a_folder_where_a_file_should_be_is_named_and_no_temporary_file_stays() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("scores.csv")).unwrap();
    let error = write_scores(&all(), directory.path()).unwrap_err();
    assert!(error.to_string().contains("scores.csv"), "{error}");
    assert!(error.hint().contains("in the way"), "{}", error.hint());
    assert_eq!(names(directory.path()), ["scores.csv"]);
}

#[test]
fn an_output_folder_that_cannot_be_written_is_said_with_what_to_do() {
    // Root may write anywhere except here.
    let error = write(&right(), Path::new("/proc/gradus")).unwrap_err();
    assert!(error.to_string().contains("/proc/gradus"), "{error}");
    assert!(error.hint().contains("--out"), "{}", error.hint());
}

#[test]
fn each_kind_of_failure_has_its_own_hint() {
    let hint = |kind: ErrorKind| ReportError::File { path: "scores.csv".into(), source: kind.into() }.hint();
    assert!(hint(ErrorKind::PermissionDenied).contains("may write to"));
    assert!(hint(ErrorKind::ReadOnlyFilesystem).contains("may write to"));
    assert!(hint(ErrorKind::StorageFull).contains("disk space"));
}

#[test]
fn a_name_never_leads_out_of_the_output_folder() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    for name in ["", ".", "..", "../up", "/tmp/absolute", "a/b", "a/", "nul\0"] {
        let error = write(&renamed(name), &out).unwrap_err();
        assert!(matches!(&error, ReportError::Name { name: named } if named == name), "{name:?}: {error}");
    }
    assert_eq!(names(directory.path()), [""; 0]);
}

#[test]
fn a_submission_called_like_one_of_our_files_takes_nobodys_place() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["scores.csv", "class.html", "gradebook.sqlite", "gradebook.sqlite-wal"] {
        write(&renamed(name), directory.path()).unwrap();
        assert!(!directory.path().join(name).exists(), "{name}");
        assert!(directory.path().join(format!("{name}.submission/report.html")).is_file(), "{name}");
    }
}
