//! Hostile and broken submissions cost nobody anything: each gets a verdict that is right for it, its neighbours get
//! full marks, nothing outside is read or changed, and no process is left.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{repository, results, right_answers};

/// After so many hostile submissions comes a right one.
const BETWEEN: usize = 5;
const SECRET: &str = "hunter2";
const DECOY: &str = "decoy of the hidden tests";

#[test]
fn every_verdict_is_right_and_no_neighbour_is_disturbed() {
    let corpus = repository().join("grader/hostile");
    let folder = tempfile::tempdir().expect("a folder");
    let submissions = folder.path().join("submissions");
    fs::create_dir(&submissions).expect("a folder");
    fs::write(folder.path().join("hidden_tests.rs"), format!("// {DECOY}\n")).expect("a file");
    let mut paths = Vec::new();
    let mut neighbours = Vec::new();
    let cases = allowed_verdicts(&corpus);
    for (number, file) in cases.keys().enumerate() {
        fs::copy(corpus.join(file), submissions.join(file)).expect("a copy");
        paths.push(submissions.join(file));
        if number % BETWEEN == 0 {
            let name = format!("neighbour{number}");
            let path = submissions.join(&name).with_extension("rs");
            fs::write(&path, right_answers()).expect("a file");
            paths.push(path);
            neighbours.push(name);
        }
    }
    // The grader works below this folder, so that what it leaves behind is seen.
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).expect("a folder");
    let before = listing(folder.path());
    let out = folder.path().join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["grade", "softmax", "--jobs", "2", "--out"])
        .arg(&out)
        .args(&paths)
        .env("GRADER_SECRET", SECRET)
        .env("TMPDIR", &temporary)
        .output()
        .expect("the program starts");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "not all were graded: {talk}");

    let mut wrong = Vec::new();
    for (file, allowed) in &cases {
        let name = file.trim_end_matches(".rs");
        let verdict = verdict(&out, name);
        if !allowed.contains(&verdict) {
            wrong.push(format!("{file}: {verdict}, allowed are {allowed:?}"));
        }
        for report in ["results.json", "report.html"] {
            let text = fs::read_to_string(out.join(name).join(report)).expect("a report");
            // The student's own code stands in the page; what it printed does not.
            let own = fs::read(corpus.join(file)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let own = own.expect("the submission");
            for secret in [SECRET, "root:x:0", DECOY, "PWNED"] {
                if text.contains(secret) && !own.contains(secret) {
                    wrong.push(format!("{file}: `{secret}` in {report}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for name in neighbours {
        let report = results(&out, &name);
        assert_eq!(report["score"], report["max_score"], "{name} was disturbed");
    }
    fs::remove_dir_all(&out).expect("the reports can be removed");
    assert_eq!(listing(folder.path()), before, "something was left beside the submissions");
    assert_eq!(processes_in(&temporary), Vec::<String>::new(), "a process was left");
}

/// The verdicts that are right for each file.
fn allowed_verdicts(corpus: &Path) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(corpus.join("manifest.json")).expect("the corpus has a manifest");
    let manifest: Value = serde_json::from_str(&text).expect("manifest.json is JSON");
    let cases = manifest["cases"].as_array().expect("a list of cases");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    cases
        .iter()
        .map(|case| (text(&case["file"]), case["verdict"].as_array().expect("a list").iter().map(text).collect()))
        .collect()
}

/// The first verdict on `softmax_loss` that is not `accept`, if any; a missing function is a compile error here.
fn verdict(out: &Path, name: &str) -> String {
    let report = results(out, name);
    let tests = report["tests"].as_array().expect("a list of tests");
    let verdicts = tests
        .iter()
        .filter(|test| test["name"].as_str().is_some_and(|name| name.starts_with("softmax_loss:")))
        .map(|test| test["extra_data"]["verdict"].as_str().expect("a verdict"));
    let mut verdicts = verdicts;
    match verdicts.find(|verdict| *verdict != "accept") {
        None => "accept".to_owned(),
        Some("missing") => "compile_error".to_owned(),
        Some(verdict) => verdict.to_owned(),
    }
}

/// Every path below `folder`, with its size.
fn listing(folder: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read").flatten() {
            let metadata = entry.metadata().expect("an entry has metadata");
            found.insert(entry.path().display().to_string(), if metadata.is_file() { metadata.len() } else { 0 });
            if metadata.is_dir() {
                open.push(entry.path());
            }
        }
    }
    found
}

/// Command lines of processes that run a submission.
fn processes_in(folder: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("there is /proc").flatten();
    processes
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(&folder.display().to_string()))
        .collect()
}
