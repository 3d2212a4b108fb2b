//! The grader's museum: every recorded answer, wrong or right, gets exactly its expected report.
//!
//! The answers and the expected reports are staff files, in `grader/keys/<assignment>/`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::support::{gradus, repository, results};
use gradus_grader::{Key, Specimen};
use gradus_notebook::{Wanted, read_submission};
use serde_json::Value;

/// Crates that recorded answers use.
const AVAILABLE: [&str; 7] = ["core", "gradus_check", "gradus_nn", "ndarray", "ndarray_rand", "rand", "std"];

#[test]
fn softmax() {
    exhibit("softmax");
}

#[test]
fn svm() {
    exhibit("svm");
}

#[test]
fn no_assignment_is_left_out() {
    let exhibited = ["softmax", "svm"];
    assert!(gradus_assignments::ASSIGNMENTS.iter().map(|assignment| assignment.id).eq(exhibited));
}

/// Each assignment is a test of its own, so that they run side by side.
fn exhibit(id: &str) {
    let key = gradus_grader::key(id).expect("each assignment has a key");
    let folder = tempfile::tempdir().expect("a folder for the submissions");
    let mut command = vec!["grade".to_owned(), key.assignment.id.to_owned()];
    for specimen in key.museum {
        let path = folder.path().join(format!("{}.rs", specimen.name));
        fs::write(&path, whole_submission(key, specimen, folder.path())).expect("the folder can be written");
        command.push(path.display().to_string());
    }
    let out = folder.path().join("out");
    // A fixed seed: the same inputs, and so the same report, in every run.
    command.extend(["--seed", "7", "--out"].map(str::to_owned));
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
}

/// The recorded functions, and the reference's for the rest, so that the report shows that nothing else is disturbed.
fn whole_submission(key: &Key, specimen: &Specimen, folder: &Path) -> String {
    let scratch = folder.join("scratch.rs");
    let read = |source: &str, wanted: &[Wanted<'_>]| {
        fs::write(&scratch, source).expect("the folder can be written");
        read_submission(&scratch, wanted, &AVAILABLE).expect("recorded answers can be read")
    };
    let functions: Vec<_> =
        key.assignment.functions.iter().map(|function| Wanted { function: function.name, cell_id: None }).collect();
    let own = read(specimen.source, &functions);
    let others: Vec<_> = functions.into_iter().filter(|wanted| own.answer(wanted.function).is_none()).collect();
    let mut text = specimen.source.to_owned();
    if !others.is_empty() {
        for fragment in read(key.reference_source, &others).fragments {
            let already =
                fragment.defines.iter().any(|name| own.fragments.iter().any(|own| own.defines.contains(name)));
            if !already {
                text.push('\n');
                text.push_str(&fragment.text);
                text.push('\n');
            }
        }
    }
    text
}

/// A report without times and without the sandbox's level, which differ from machine to machine.
fn summary(report: &Value) -> String {
    let mut text = format!("score {} of {}\n", report["score"], report["max_score"]);
    for test in report["tests"].as_array().expect("a list of tests") {
        let field = |name: &str| test[name].as_str().unwrap_or_default().to_owned();
        write!(text, "\n{} {}/{} {}\n", field("name"), test["score"], test["max_score"], test["extra_data"]["verdict"])
            .expect("writing to a string");
        for line in field("output").lines().filter(|_| field("status") == "failed") {
            writeln!(text, "    {line}").expect("writing to a string");
        }
    }
    text
}
