//! Invariants of the staff's files: the canary in each, points that add up, a museum that says what it shows.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gradus_assignments::ASSIGNMENTS;
use gradus_question::{Check, Visibility};

const CANARY: &str = "GRADUS-STAFF-ONLY-7c1f4e";

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

fn is_waiting_for_review(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "new")
}

#[test]
fn every_staff_file_carries_the_canary() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = files_below(root);
    assert!(files.len() > 50, "only {} files found below {}", files.len(), root.display());
    for path in files.iter().filter(|path| !is_waiting_for_review(path)) {
        let bytes = fs::read(path).expect("the file can be read");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(CANARY), "{} has no canary", path.display());
    }
}

#[test]
fn no_public_file_carries_the_canary() {
    for path in files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../assignments")) {
        let bytes = fs::read(&path).expect("the file can be read");
        assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{} is public", path.display());
    }
}

#[test]
fn the_points_of_the_checks_are_those_of_the_manifest() {
    for (key, assignment) in keys().zip(ASSIGNMENTS) {
        assert_eq!(key.assignment.id, assignment.id);
        let manifest = assignment.manifest().expect("the manifest is right");
        for entry in &manifest.functions {
            let points = |checks: Vec<Check>| -> u32 {
                checks.iter().filter(|check| check.function == entry.name).map(|check| check.points).sum()
            };
            assert_eq!(points((key.hidden_checks)()), entry.points, "{}", entry.name);
            assert_eq!(points((assignment.public_checks)()), 0, "{}", entry.name);
        }
    }
}

fn keys() -> impl Iterator<Item = &'static gradus_grader::Key> {
    ASSIGNMENTS.iter().map(|assignment| gradus_grader::key(assignment.id).expect("each assignment has a key"))
}

#[test]
fn checks_have_names_of_their_own_and_sentences_to_read() {
    for key in keys() {
        let mut names = BTreeSet::new();
        let hidden = (key.hidden_checks)();
        let public = (key.assignment.public_checks)();
        assert!(hidden.iter().all(|check| check.visibility == Visibility::Hidden && check.points > 0));
        assert!(public.iter().all(|check| check.visibility == Visibility::Public));
        for check in hidden.iter().chain(&public) {
            let (function, name) = (check.function, check.name);
            assert!(names.insert((function, name)), "two checks are called {function}: {name}");
            assert!(check.expectation.split_whitespace().count() > 3, "{function}: {name}");
            assert!(key.assignment.functions.iter().any(|known| known.name == function), "{function}: {name}");
        }
    }
}

#[test]
fn the_museum_holds_every_recorded_answer_and_says_what_it_is() {
    let folder = |id: &str, kind: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("keys").join(id).join(kind);
    for key in keys() {
        for (kind, right) in [("wrong", false), ("right", true)] {
            let on_disk: BTreeSet<_> = files_below(&folder(key.assignment.id, kind))
                .iter()
                .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
                .collect();
            let shown: BTreeSet<_> = key
                .museum
                .iter()
                .filter(|specimen| specimen.right == right)
                .map(|specimen| specimen.name.to_owned())
                .collect();
            assert!(on_disk.is_subset(&shown), "{:?} are not shown", on_disk.difference(&shown));
            // An answer to a question that an earlier assignment asks too is shown from there.
            for name in shown.difference(&on_disk) {
                let earlier = ASSIGNMENTS.iter().take_while(|earlier| earlier.id != key.assignment.id);
                let found = earlier
                    .map(|earlier| folder(earlier.id, kind).join(format!("{name}.rs")))
                    .any(|path| path.exists());
                assert!(found, "{}: {name} is nowhere on disk", key.assignment.id);
            }
        }
        for specimen in key.museum {
            let first_line = specimen.source.lines().next().unwrap_or_default();
            assert_eq!(first_line.trim_start_matches(['/', '!']).trim(), specimen.about, "{}", specimen.name);
        }
    }
}

#[test]
fn each_question_has_recorded_answers_of_both_kinds() {
    for key in keys() {
        for function in key.assignment.functions {
            let answers =
                |specimen: &&gradus_grader::Specimen| specimen.source.contains(&format!("fn {}(", function.name));
            let wrong = key.museum.iter().filter(|specimen| !specimen.right).filter(answers).count();
            let right = key.museum.iter().filter(|specimen| specimen.right).filter(answers).count();
            assert!(wrong >= 4 && right >= 2, "{}: {wrong} wrong ones, {right} right ones", function.name);
        }
    }
}

#[test]
fn the_demo_has_six_submissions() {
    let key = gradus_grader::key("softmax").expect("softmax has a key");
    let names: Vec<_> = key.demo.iter().map(|sample| sample.file_name).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    assert!(key.demo.iter().all(|sample| !sample.bytes.is_empty() && !sample.about.is_empty()));
}

#[test]
fn the_demo_notebooks_have_the_starters_cells() {
    let key = gradus_grader::key("softmax").expect("softmax has a key");
    let marker_id = |cell: &str| cell.split('"').nth(1).map(str::to_owned);
    let ids: Vec<_> = key.assignment.starter.split("// %%").skip(1).filter_map(marker_id).collect();
    let notebooks: Vec<_> = key.demo.iter().filter(|sample| sample.file_name.ends_with(".ipynb")).collect();
    assert_eq!(notebooks.len(), 2);
    for sample in notebooks {
        let notebook: serde_json::Value = serde_json::from_slice(sample.bytes).expect("a notebook is JSON");
        let cells = notebook["cells"].as_array().expect("a notebook has cells");
        let found: Vec<_> = cells.iter().filter_map(|cell| cell["id"].as_str().map(str::to_owned)).collect();
        assert_eq!(found, ids, "{}", sample.file_name);
    }
}
