//! Fair grades: right code in any form gets its points, and a fault costs what it must and no more.

use std::fs;
use std::path::Path;

use gradus_assignments::ASSIGNMENTS;
use serde_json::{Value, json};

use crate::support::{gradus, repository, results, right_answers};

/// Grades one submission and gives its report.
fn grade(path: &Path) -> Value {
    grade_with(path, &[])
}

fn grade_with(path: &Path, arguments: &[&str]) -> Value {
    grade_for("softmax", path, arguments)
}

fn grade_for(assignment: &str, path: &Path, arguments: &[&str]) -> Value {
    let out = tempfile::tempdir().expect("a folder");
    let (path_text, out_text) = (path.display().to_string(), out.path().display().to_string());
    let run = gradus(&[&["grade", assignment, &path_text, "--out", &out_text], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let name = path.file_stem().expect("a name");
    results(out.path(), &name.to_string_lossy())
}

fn grade_text(text: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("homework.rs");
    fs::write(&path, text).expect("a file");
    grade(&path)
}

/// The tests of one function.
fn tests_of<'a>(report: &'a Value, function: &'a str) -> impl Iterator<Item = &'a Value> {
    let tests = report["tests"].as_array().expect("a list of tests");
    tests.iter().filter(move |test| test["extra_data"]["function"] == function)
}

/// The reference answers with `from` replaced, which must be there.
fn right_answers_but(from: &str, to: &str) -> String {
    let text = right_answers();
    assert!(text.contains(from), "the reference answers have no {from:?}");
    text.replace(from, to)
}

#[test]
fn a_function_that_does_not_compile_costs_itself_and_what_needs_it() {
    let text = right_answers_but("pub fn softmax_loss(", "pub fn softmax_loss(mistake: Mistake, ")
        .replace("pub fn softmax_classifier_loss(", "fn unused(")
        + "pub fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {\n    \
           let (loss, dscores) = softmax_loss(&x.dot(w), y);\n    \
           (loss + reg * (w * w).sum(), x.t().dot(&dscores) + w * (2.0 * reg))\n}\n";
    let report = grade_text(&text);
    assert!(tests_of(&report, "softmax_loss").all(|test| test["extra_data"]["verdict"] == "compile_error"));
    assert!(tests_of(&report, "predict").all(|test| test["status"] == "passed"));
    assert!(tests_of(&report, "softmax_classifier_loss_naive").all(|test| test["status"] == "passed"));
    let output = tests_of(&report, "softmax_classifier_loss").next().expect("a test")["output"].clone();
    assert!(
        output.as_str().is_some_and(|text| text.contains("it calls `softmax_loss`, which does not compile")),
        "{output}"
    );
}

#[test]
fn a_syntax_error_costs_its_own_function() {
    let report = grade_text(
        &(right_answers_but("pub fn predict(", "pub fn prophesy(") + "\npub fn predict(w: &Array2<f64> {{ 1 }\n"),
    );
    let verdict = |test: &Value| test["extra_data"]["verdict"].clone();
    assert!(tests_of(&report, "predict").all(|test| verdict(test) == "compile_error"), "{report}");
    for function in ["softmax_loss", "softmax_classifier_loss_naive", "softmax_classifier_loss", "train_softmax"] {
        assert!(tests_of(&report, function).all(|test| test["status"] == "passed"), "{function}");
    }
}

#[test]
fn more_general_signatures_and_private_functions_are_right() {
    let general = right_answers_but("pub fn ", "fn ").replace(
        "fn predict(w: &Array2<f64>, x: &Array2<f64>)",
        "fn predict(w: &ndarray::ArrayRef2<f64>, x: &ndarray::ArrayRef2<f64>)",
    );
    assert!(general.contains("ArrayRef2"), "the reference's signature of predict has changed");
    let report = grade_text(&general);
    assert_eq!(report["score"], report["max_score"], "{report}");
}

#[test]
fn helpers_in_other_cells_and_files_are_found() {
    let text = "use ndarray::{Array1, Array2};\npub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> \
                { best_of(&x.dot(w)) }";
    let helper = "const START: f64 = f64::NEG_INFINITY;\nfn best_of(scores: &Array2<f64>) -> Array1<usize> { \
                  scores.map_axis(ndarray::Axis(1), |row| row.iter().enumerate().fold((0, START), |best, (class, &score)| \
                  if score > best.1 { (class, score) } else { best }).0) }";
    let folder = tempfile::tempdir().expect("a folder");
    let cell = |id: &str, source: &str| json!({"cell_type": "code", "id": id, "metadata": {}, "execution_count": null, "outputs": [], "source": source});
    let cells = [cell("experiment", "let x = 1;\nprintln!(\"{x}\");"), cell("predict", text), cell("helpers", helper)];
    let notebook = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells});
    let path = folder.path().join("ada.ipynb");
    fs::write(&path, notebook.to_string()).expect("a file");
    let several = folder.path().join("bob");
    fs::create_dir(&several).expect("a folder");
    fs::write(several.join("answers.rs"), text).expect("a file");
    fs::write(several.join("helpers.rs"), format!("use ndarray::{{Array1, Array2}};\n{helper}")).expect("a file");
    for path in [path, several] {
        let report = grade(&path);
        assert!(tests_of(&report, "predict").all(|test| test["status"] == "passed"), "{}: {report}", path.display());
        assert!(tests_of(&report, "softmax_loss").all(|test| test["extra_data"]["verdict"] == "missing"));
    }
}

#[test]
fn the_untouched_starter_scores_exactly_nothing() {
    for assignment in ASSIGNMENTS {
        let report =
            grade_for(assignment.id, &repository().join("notebooks").join(format!("{}.ipynb", assignment.id)), &[]);
        assert_eq!(report["score"], 0);
        let tests = report["tests"].as_array().expect("a list");
        assert!(tests.iter().all(|test| test["extra_data"]["verdict"] == "runtime_panic"), "{report}");
    }
}

#[test]
fn the_seed_is_for_staff_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("homework.rs");
    fs::write(&path, right_answers()).expect("a file");
    let out = folder.path().join("out");
    let (path, out_text) = (path.display().to_string(), out.display().to_string());
    let seed = "8675309867530986753";
    let run = gradus(&["grade", "softmax", &path, "--out", &out_text, "--seed", seed, "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains(seed), "--format json has no seed");
    assert!(fs::read_to_string(out.join("scores.csv")).expect("scores").contains(seed), "scores.csv has no seed");
    for report in ["results.json", "report.html"] {
        let text = fs::read_to_string(out.join("homework").join(report)).expect("a report");
        assert!(!text.contains(seed), "{report} tells the seed");
    }
}

#[test]
fn a_hidden_check_tells_nothing_that_the_submission_chose() {
    // Its shape, its panic's text and line, and its exit code.
    for (body, free) in [
        ("(0.0, Array2::zeros((4711, 3)))", "4711"),
        ("panic!(\"4711\")", "4711"),
        ("std::process::exit(71)", "71"),
        ("\n\n\n\n\n\n\nlet none: [f64; 0] = []; (none[y.len()], x.clone())", "line"),
    ] {
        let signature = "use ndarray::{Array1, Array2};\npub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>)";
        let report = grade_text(&format!("{signature} {{ {body} }}\n"));
        let hidden = || tests_of(&report, "softmax_loss").filter(|test| test["visibility"] != "visible");
        assert!(hidden().count() > 3);
        for test in hidden() {
            let output = test["output"].as_str().expect("a text");
            assert!(!output.contains(free), "{output}");
        }
        let public = tests_of(&report, "softmax_loss").find(|test| test["visibility"] == "visible").expect("one");
        assert_eq!(public["status"], "failed");
    }
}

#[test]
fn a_seed_repeats_a_grading_exactly() {
    // Wrong for one input in sixteen: which checks fail depends on nothing but the inputs.
    let text = right_answers_but("pub fn softmax_loss(", "fn right_softmax_loss(")
        + "\npub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {\n    \
           let (loss, dx) = right_softmax_loss(x, y);\n    \
           let unlucky = x.first().is_some_and(|score| (score.to_bits() >> 20) % 16 == 0);\n    \
           (if unlucky { loss + 1.0 } else { loss }, dx)\n}\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("homework.rs");
    fs::write(&path, text).expect("a file");
    let repeated = |seed| {
        let mut report = grade_with(&path, &["--seed", seed]);
        report.as_object_mut().expect("an object").remove("execution_time");
        report
    };
    let first = repeated("11");
    assert_eq!(first, repeated("11"));
    assert!(["12", "13", "14"].iter().any(|seed| repeated(seed) != first), "other seeds give other inputs");
}

/// The reference answers of `two_layer_net` with `from` replaced, graded.
fn grade_layers_but(from: &str, to: &str) -> Value {
    let text = gradus_grader::key("two_layer_net").expect("two_layer_net has a key").reference_source;
    assert!(text.contains(from), "the reference answers have no {from:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("homework.rs");
    fs::write(&path, text.replace(from, to)).expect("a file");
    grade_for("two_layer_net", &path, &[])
}

#[test]
fn a_missing_forward_pass_costs_what_needs_its_cache_and_no_more() {
    for (from, to, verdict) in [
        ("pub fn affine_forward(", "pub fn other(", "missing"),
        ("pub fn affine_forward(x: &ArrayD<f64>", "pub fn affine_forward(x: &Array<Nothing>", "compile_error"),
        ("pub fn affine_forward(x: &ArrayD<f64>", "pub fn affine_forward(no: u8, x: &ArrayD<f64>", "compile_error"),
    ] {
        let report = grade_layers_but(from, to);
        assert!(tests_of(&report, "affine_forward").all(|test| test["extra_data"]["verdict"] == verdict), "{report:#}");
        assert!(tests_of(&report, "affine_backward").all(|test| test["status"] == "failed"));
        for function in ["relu_forward", "relu_backward"] {
            assert!(tests_of(&report, function).all(|test| test["status"] == "passed"), "{to}: {function}");
        }
    }
}

#[test]
fn a_cache_may_be_of_any_type() {
    let cache = "pub struct ReluCache {\n    pub x: ArrayD<f64>,\n}\n";
    let report =
        grade_layers_but(cache, "type ReluCache = ReluInput;\npub struct ReluInput {\n    x: ArrayD<f64>,\n}\n");
    assert_eq!(report["score"], report["max_score"], "{report:#}");
}

#[test]
fn an_answer_may_be_visible_to_its_crate_only() {
    let report = grade_text(&right_answers().replace("pub fn ", "pub(crate) fn "));
    assert_eq!(report["score"], 100.0, "{report:#}");
}

#[test]
fn a_trait_of_a_module_lends_its_methods() {
    let text = right_answers_but("total.ln() - label_score", "total.logarithm() - label_score");
    let module = "mod extension {\n    pub trait Logarithm {\n        fn logarithm(self) -> f64;\n    }\n    \
                  impl Logarithm for f64 {\n        fn logarithm(self) -> f64 {\n            self.ln()\n        }\n    }\n}\n\
                  use extension::Logarithm;\n";
    let report = grade_text(&(text + module));
    assert_eq!(report["score"], 100.0, "{report:#}");
}

#[test]
fn generic_code_that_fails_where_it_is_used_costs_its_function() {
    let text = right_answers_but(
        "pub fn softmax_loss(x: &Array2<f64>,",
        "pub fn softmax_loss<T: Copy + Into<f64>>(x: &Array2<T>,",
    );
    let text = text.replace(
        "mean_loss_and_gradient(x.clone(), y)",
        "const { assert!(size_of::<T>() == 4, \"single precision only\") };\n    mean_loss_and_gradient(x.mapv(Into::into), y)",
    );
    let report = grade_text(&text);
    let lost: Vec<_> = tests_of(&report, "softmax_loss").collect();
    assert!(lost.iter().all(|test| test["extra_data"]["verdict"] == "compile_error"), "{report:#}");
    let output = lost[0]["output"].as_str().expect("a text");
    assert!(output.contains("single precision only") && output.contains("homework.rs"), "{output}");
    for function in ["softmax_classifier_loss_naive", "predict"] {
        assert!(tests_of(&report, function).all(|test| test["status"] == "passed"), "{function}: {report:#}");
    }
}
