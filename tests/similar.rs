//! `gradus similar`: copies are found, independent answers are not, and what cannot be read is said.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{gradus, repository, snapshot};

/// The recorded right answers to `softmax`, which different people might have written, and a disguised copy of one.
fn class(folder: &Path) {
    let right = repository().join("grader/keys/softmax/right");
    for name in ["generic_helpers", "iterators", "log_sum_exp", "plain_loops"] {
        fs::copy(right.join(format!("{name}.rs")), folder.join(format!("{name}.rs"))).expect("a recorded answer");
    }
    let text = fs::read_to_string(folder.join("plain_loops.rs")).expect("it is there");
    let renamed = text.replace("scores", "z").replace("loss", "cost").replace("fn cost_", "fn loss_");
    let disguised = renamed
        .replace("    ", "  ")
        .replace("softmax_cost", "softmax_loss")
        .replace("_classifier_cost", "_classifier_loss");
    fs::write(folder.join("copy.rs"), format!("// All my own work.\n{disguised}")).expect("a file");
}

#[test]
fn a_copy_is_found_among_independent_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    class(folder.path());
    let files: Vec<_> = ["copy", "generic_helpers", "iterators", "log_sum_exp", "plain_loops"]
        .iter()
        .map(|name| folder.path().join(format!("{name}.rs")).display().to_string())
        .collect();
    let page = folder.path().join("similar.html").display().to_string();
    let mut arguments = vec!["similar", "softmax"];
    arguments.extend(files.iter().map(String::as_str));
    let run = gradus(&[&arguments[..], &["--format", "json", "--out", &page]].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(found["submissions"], 5);
    let pairs = found["pairs"].as_array().expect("a list");
    assert_eq!(pairs.len(), 1, "{found:#}");
    assert_eq!(pairs[0]["names"], serde_json::json!(["copy", "plain_loops"]));
    assert!(pairs[0]["similarity"].as_f64() > Some(0.8), "{found:#}");
    let page = fs::read_to_string(page).expect("there is a page");
    assert!(page.contains("copy and plain_loops"), "{page}");
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    class(folder.path());
    let book = folder.path().join("no.sqlite").display().to_string();
    let broken = folder.path().join("broken.ipynb");
    fs::write(&broken, "{\"cells\": [").expect("a file");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let run = gradus(&["similar", "softmax", &path("copy.rs"), &path("plain_loops.rs"), &path("broken.ipynb")]);
    snapshot("similar_unreadable", &run, folder.path());
    let run = gradus(&["similar", "softmax", "--gradebook", &book]);
    snapshot("similar_no_gradebook", &run, folder.path());
}
