//! `gradus lint` and `gradus release` on clones in which something is not right, and on the repository itself.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Run, gradus_in, repository, snapshot};

const CANARY: &str = concat!("GRADUS-STAFF", "-ONLY-7c1f4e");

/// What of a clone the commands read, in a folder of its own.
fn clone() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["ARCHITECTURE.md", "notebooks", "assignments/softmax", "grader/keys/softmax"] {
        copy(&repository().join(part), &folder.path().join(part));
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
        return;
    }
    fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
    fs::copy(from, to).expect("a file");
}

/// Changes a text of the clone, which must have `from`.
fn change(clone: &TempDir, file: &str, from: &str, to: &str) {
    let path = clone.path().join(file);
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{file} has no {from:?}");
    fs::write(path, text.replacen(from, to, 1)).expect("a file");
}

/// What one rule says of a clone.
fn lint(clone: &TempDir, rule: &str) -> (i32, Vec<String>) {
    let run = gradus_in(clone.path(), &["lint", "softmax", "--rule", rule, "--format", "json"]);
    let findings: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    assert_eq!(findings[0]["rule"], rule);
    let faults = findings[0]["faults"].as_array().expect("a list").iter();
    (run.code, faults.map(|fault| fault.as_str().expect("a text").to_owned()).collect())
}

fn broken(clone: &TempDir, rule: &str, what: &str) {
    let (code, faults) = lint(clone, rule);
    assert_eq!(code, 1, "{rule}: {faults:?}");
    assert!(faults.iter().any(|fault| fault.contains(what)), "{rule}: {faults:?}");
}

const SOURCE: &str = "grader/keys/softmax/source.rs";

#[test]
fn a_clone_in_order_breaks_no_rule() {
    let clone = clone();
    for rule in ["derived", "starter", "reference", "secrecy", "points"] {
        assert_eq!(lint(&clone, rule), (0, Vec::new()), "{rule}");
    }
}

#[test]
fn a_changed_source_makes_what_is_derived_out_of_date() {
    let clone = clone();
    change(&clone, SOURCE, "## 5. Prediction", "## 5. Predicting");
    broken(&clone, "derived", "assignments/softmax/starter.rs, line ");
    broken(&clone, "derived", "notebooks/softmax.ipynb, line ");
}

#[test]
fn an_answer_in_the_starter_scores() {
    let clone = clone();
    // The whole answer is given away, and another region keeps the cell an answer.
    let text = fs::read_to_string(clone.path().join(SOURCE)).expect("a source");
    let at = text.find("pub fn predict").expect("the answer");
    let body = text[at..].replacen("    // BEGIN SOLUTION\n", "", 1).replacen(
        "    // END SOLUTION\n}\n",
        "}\n// BEGIN SOLUTION\n// END SOLUTION\n",
        1,
    );
    fs::write(clone.path().join(SOURCE), format!("{}{body}", &text[..at])).expect("a source");
    broken(&clone, "starter", "it scores 10 of 100");
    broken(&clone, "starter", "predict passes `");
}

#[test]
fn a_starter_that_does_not_compile_is_told() {
    let clone = clone();
    change(&clone, SOURCE, "pub fn predict(w: &Array2<f64>", "pub fn predict(w: &Array2<Float>");
    broken(&clone, "starter", "predict does not compile: ");
    broken(&clone, "reference", "predict fails `");
}

#[test]
fn a_wrong_reference_does_not_get_full_marks() {
    let clone = clone();
    change(&clone, SOURCE, "2.0 * reg * w[[d, c]]", "reg * w[[d, c]]");
    broken(&clone, "reference", "softmax_classifier_loss_naive fails `gradient with regularisation`");
}

#[test]
fn points_that_do_not_add_up_are_told() {
    let clone = clone();
    change(&clone, "assignments/softmax/assignment.toml", "points = 10", "points = 12");
    broken(&clone, "points", "predict is worth 12 in assignment.toml, its checks 10");
    broken(&clone, "points", "add up to 102");
}

#[test]
fn the_canary_in_a_public_file_and_a_staff_file_without_it_are_told() {
    let clone = clone();
    fs::write(clone.path().join("assignments/softmax/notes.md"), format!("<!-- {CANARY} -->")).expect("a file");
    change(&clone, "grader/keys/softmax/wrong/nan.rs", CANARY, "");
    broken(&clone, "secrecy", "assignments/softmax/notes.md is public");
    broken(&clone, "secrecy", "grader/keys/softmax/wrong/nan.rs is the staff's");
}

/// Few recorded answers are left, so that they are graded quickly.
#[test]
fn recorded_answers_with_other_reports_and_checks_that_nobody_fails_are_told() {
    let clone = clone();
    let key = clone.path().join("grader/keys/softmax");
    for folder in ["wrong", "right"] {
        for entry in fs::read_dir(key.join(folder)).expect("a folder").flatten() {
            let keep = ["argmin.rs", "no_mean.rs"].map(|name| entry.file_name() == name);
            if !keep.contains(&true) {
                fs::remove_file(entry.path()).expect("a file");
            }
        }
    }
    change(&clone, "grader/keys/softmax/reports/argmin.snap", "score 90", "score 91");
    broken(&clone, "recorded", "reports/argmin.snap: line 1 of the report is\n    score 90 of 100");
    broken(&clone, "recorded", "reports/nan: there is no recorded answer of that name");
    let (code, faults) = lint(&clone, "coverage");
    assert_eq!(code, 1);
    assert!(faults.iter().any(|fault| fault.contains("of train_softmax")), "{faults:?}");
    assert!(!faults.iter().any(|fault| fault.ends_with("of predict")), "{faults:?}");
    broken(&clone, "hints", "no failed check of train_softmax gives a hint");
}

#[test]
fn a_source_that_is_not_in_order_is_a_clear_error() {
    let clone = clone();
    change(&clone, SOURCE, "    // END SOLUTION\n", "");
    let run = gradus_in(clone.path(), &["lint", "softmax", "--rule", "derived"]);
    snapshot("lint_of_a_broken_source", &run, clone.path());
}

/// Without the program and without outputs, which take minutes.
fn release(clone: &TempDir, out: &Path) -> Run {
    let out = out.display().to_string();
    gradus_in(clone.path(), &["release", "softmax", "--out", &out, "--no-execute", "--without-program"])
}

#[test]
fn a_release_has_what_each_is_to_get_and_its_autograder_grades() {
    let clone = clone();
    let out = clone.path().join("out");
    let run = release(&clone, &out);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 4, "{}", run.stdout);
    let student = entries(&out.join("softmax/softmax-student.zip"));
    let names: Vec<_> = student.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["softmax/START.md", "softmax/softmax.ipynb"]);
    assert_eq!(student[1].1, fs::read(out.join("softmax/student/softmax.ipynb")).expect("a notebook"));
    for (name, bytes) in &student {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains(CANARY) && !text.contains("mean_loss_and_gradient") && !text.contains("SOLUTION"),
            "{name}"
        );
    }
    let solution = fs::read_to_string(out.join("softmax/solution/softmax.ipynb")).expect("a notebook");
    assert!(solution.contains("mean_loss_and_gradient") && solution.contains(CANARY));

    let autograder = entries(&out.join("softmax/softmax-gradescope.zip"));
    let names: Vec<_> = autograder.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["setup.sh", "run_autograder", "gradus", "library/check/library.json"] {
        assert!(names.contains(&name), "{names:?}");
    }
    the_autograder_grades_right_and_wrong_and_says_what_is_no_students_fault(&clone, autograder);
}

#[test]
fn a_canary_that_came_into_the_source_is_not_released() {
    let clone = clone();
    change(&clone, SOURCE, "// ## 5. Prediction\n", &format!("// ## 5. Prediction\n// {CANARY}\n"));
    let run = release(&clone, &clone.path().join("out"));
    snapshot("release_with_a_canary", &run, clone.path());
    assert!(!clone.path().join("out/softmax/student").exists());
}

/// The autograder as Gradescope runs it: in a folder that stands for /autograder, without a network.
fn the_autograder_grades_right_and_wrong_and_says_what_is_no_students_fault(
    clone: &TempDir,
    files: Vec<(String, Vec<u8>)>,
) {
    let root = clone.path().join("autograder");
    for (name, bytes) in files {
        let path = root.join("source").join(&name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
    }
    for program in ["gradus", "run_autograder", "setup.sh"] {
        make_executable(&root.join("source").join(program));
    }
    // As Gradescope does.
    fs::copy(root.join("source/run_autograder"), root.join("run_autograder")).expect("a script");

    let grade = |name: &str, text: &str| -> Value {
        let _ = fs::remove_dir_all(root.join("submission"));
        fs::create_dir_all(root.join("submission")).expect("a folder");
        fs::write(root.join("submission").join(name), text).expect("a submission");
        let output = std::process::Command::new("unshare")
            .args(["--net", "--map-root-user"])
            .arg(root.join("run_autograder"))
            .env_remove("AUTOGRADER_ROOT")
            .output()
            .expect("unshare");
        let log = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{log}");
        let results = fs::read_to_string(root.join("results/results.json")).unwrap_or_else(|_| panic!("{log}"));
        serde_json::from_str(&results).expect("results.json is JSON")
    };
    let right = grade("homework.rs", &crate::support::right_answers());
    assert_eq!(right["score"], 100, "{right:#}");
    let wrong = grade("homework.rs", &crate::support::right_answers().replace("pub fn predict(", "fn other("));
    assert_eq!(wrong["score"], 90, "{wrong:#}");
    let starter = fs::read_to_string(repository().join("notebooks/softmax.ipynb")).expect("a notebook");
    assert_eq!(grade("softmax.ipynb", &starter)["score"], 0);

    // Whatever is missing of ours is no student's zero.
    for missing in ["library/check/library.json", "gradus"] {
        fs::remove_file(root.join("source").join(missing)).expect("a file");
        let fault = grade("homework.rs", &crate::support::right_answers());
        assert!(fault["score"].is_null() && fault["tests"].is_null(), "{fault:#}");
        assert!(fault["output"].as_str().is_some_and(|text| text.contains("not yours")), "{fault:#}");
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a file");
}

fn entries(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(archive).expect("an archive");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).expect("an entry");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("its content");
            (file.name().expect("a name").into_owned(), bytes)
        })
        .collect()
}
