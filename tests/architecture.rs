//! ARCHITECTURE.md against the workspace: every crate is listed, with its true dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

type Dependencies = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_list_of_crates_is_complete_and_true() {
    assert_eq!(documented(), actual());
}

#[test]
fn staff_only_content_stays_out_of_what_students_get() {
    let actual = actual();
    for (name, dependencies) in &actual {
        if name != "gradus" {
            assert!(!dependencies.contains("gradus-grader"), "{name} must not depend on gradus-grader");
        }
    }
    assert!(
        !actual.values().any(|dependencies| dependencies.contains("gradus")),
        "nothing depends on the command line"
    );
    assert!(actual["gradus-sandbox"].is_empty(), "the sandbox knows nothing of grading");
    assert_eq!(actual["gradus-kernel"], ["gradus-engine".to_owned()].into(), "the kernel knows the engine alone");
    assert!(actual["gradus-nn"].is_empty(), "the teaching library stands alone");
}

/// The rows of the table: crate and dependencies, each in backquotes.
fn documented() -> Dependencies {
    let text = include_str!("../ARCHITECTURE.md");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let name = cells[1].trim_matches('`').to_owned();
        let dependencies = cells[3].split(", ").filter(|cell| cell.starts_with('`'));
        (name, dependencies.map(|cell| cell.trim_matches('`').to_owned()).collect())
    })
    .collect()
}

/// Normal dependencies within the workspace, as cargo sees them.
fn actual() -> Dependencies {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let names: BTreeSet<_> = packages.iter().map(|package| package["name"].as_str().expect("a name")).collect();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("a list of dependencies").iter();
            let internal = dependencies
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str())
                .filter(|name| names.contains(name))
                .map(str::to_owned);
            (package["name"].as_str().expect("a name").to_owned(), internal.collect())
        })
        .collect()
}
