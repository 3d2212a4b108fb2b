//! The grader's museum: every recorded answer, wrong or right, gets exactly its expected report.
//!
//! The answers and the expected reports are staff files, in `grader/keys/<assignment>/`.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{gradus, repository, results};
use gradus_judge::museum::{summary, whole_submission};

#[test]
fn softmax() {
    exhibit("softmax");
}

#[test]
fn svm() {
    exhibit("svm");
}

#[test]
fn knn() {
    exhibit("knn");
}

#[test]
fn two_layer_net() {
    exhibit("two_layer_net");
}

#[test]
fn fully_connected() {
    exhibit("fully_connected");
}

#[test]
fn no_assignment_is_left_out() {
    let exhibited = ["softmax", "svm", "knn", "two_layer_net", "fully_connected"];
    assert!(gradus_assignments::ASSIGNMENTS.iter().map(|assignment| assignment.id).eq(exhibited));
}

/// Each assignment is a test of its own, so that they run side by side.
fn exhibit(id: &str) {
    let key = gradus_grader::key(id).expect("each assignment has a key");
    let folder = tempfile::tempdir().expect("a folder for the submissions");
    let mut command = vec!["grade".to_owned(), key.assignment.id.to_owned()];
    for specimen in key.museum {
        let path = folder.path().join(format!("{}.rs", specimen.name));
        let whole = whole_submission(key.assignment, specimen.source, key.reference_source);
        fs::write(&path, whole.expect("recorded answers can be read")).expect("the folder can be written");
        command.push(path.display().to_string());
    }
    let out = folder.path().join("out");
    // A fixed seed: the same inputs, and so the same report, in every run.
    command.extend(["--seed", "7", "--format", "json", "--out"].map(str::to_owned));
    command.push(out.display().to_string());
    let run = gradus(&command);
    assert_eq!(run.code, 0, "{}", run.stderr);

    let mut failed_by: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for specimen in key.museum {
        let report = results(&out, specimen.name);
        for test in report["tests"].as_array().expect("a list of tests") {
            let name = test["name"].as_str().expect("a name").to_owned();
            let failed = failed_by.entry(name).or_default();
            if test["status"] == "failed" {
                failed.push(specimen.name);
            }
        }
        assert_eq!(specimen.right, report["score"] == report["max_score"], "{}: {}", specimen.name, specimen.about);
        insta::with_settings!({
            snapshot_path => repository().join("grader/keys").join(key.assignment.id).join("reports"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => format!("GRADUS-STAFF-ONLY-7c1f4e {}", specimen.about),
        }, {
            insta::assert_snapshot!(specimen.name, summary(&report));
        });
    }
    for (check, failed) in failed_by {
        assert!(!failed.is_empty(), "no recorded wrong answer fails `{check}`");
    }
    let graded: Value = serde_json::from_str(&run.stdout).expect("JSON");
    for function in key.assignment.functions {
        assert!(has_hint(&graded, function.name), "no failed check of {} gives a hint", function.name);
    }
}

/// Whether some failed check of a function tells somebody what to look at.
fn has_hint(graded: &Value, name: &str) -> bool {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let functions = list(graded, "submissions").into_iter().flat_map(|submission| list(&submission, "functions"));
    let checks = functions.filter(|function| function["name"] == name).flat_map(|function| list(&function, "checks"));
    checks.into_iter().any(|check| check["verdict"] != "accept" && check["hint"].is_string())
}
