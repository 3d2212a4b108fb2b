//! Hostile and broken submissions cost nobody anything: each gets a verdict that is right for it and no point that it
//! does not deserve, a right submission between each two of them gets full marks, nothing outside is read or changed,
//! and no process is left.
//!
//! All of that holds with the scan of the source and without it, since it is the sandbox that contains them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value;

use crate::support::{repository, results, right_answers};

const SECRET: &str = "hunter2";
const DECOY: &str = "decoy of the hidden tests";
/// Every so many hostile submissions the right one between them has all functions, and not only the one that the
/// hostile ones have.
const WHOLE: usize = 8;

/// Two runs at one time would slow each other, and some verdicts are about time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn every_verdict_is_right_and_no_neighbour_is_disturbed() {
    let graded = grade_corpus(true);
    let scanned = graded.verdicts.iter().filter(|(_, verdict)| *verdict == "rejected_source").count();
    assert!(scanned > 15, "the scan refused only {scanned}");
}

#[test]
fn containment_does_not_depend_on_the_scan() {
    let graded = grade_corpus(false);
    assert!(graded.verdicts.values().all(|verdict| verdict != "rejected_source"), "{:?}", graded.verdicts);
}

/// What a run over the corpus gave.
struct Graded {
    verdicts: BTreeMap<String, String>,
}

/// Grades the corpus, and holds the grader to all that it is to keep to.
fn grade_corpus(scanned: bool) -> Graded {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let corpus = repository().join("grader/hostile");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("hidden_tests.rs"), format!("// {DECOY}\n")).expect("a file");
    let cases = cases(&corpus);
    let (paths, neighbours) = submissions(&corpus, &cases, &folder.path().join("submissions"));
    // The grader works below this folder, so that what it leaves behind is seen.
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).expect("a folder");
    let before = listing(folder.path());
    let out = folder.path().join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["grade", "softmax", "--jobs", "2", "--out"])
        .arg(&out)
        .args((!scanned).then_some("--no-source-scan"))
        .args(&paths)
        .env("GRADER_SECRET", SECRET)
        .env("TMPDIR", &temporary)
        .output()
        .expect("the program starts");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "not all were graded: {talk}");

    let mut wrong = Vec::new();
    let mut verdicts = BTreeMap::new();
    for (file, case) in &cases {
        let name = file.trim_end_matches(".rs");
        let (verdict, points) = verdict(&results(&out, name));
        let also = if scanned { &[][..] } else { &case.without_scan };
        if !case.verdicts.contains(&verdict) && !also.contains(&verdict) {
            wrong.push(format!("{file}: {verdict}, allowed are {:?}", case.verdicts));
        }
        if case.points.is_some_and(|deserved| points > deserved) {
            wrong.push(format!("{file}: {points} points, deserved are {:?}", case.points));
        }
        wrong.extend(leaks(&out.join(name), &corpus.join(file)).iter().map(|leak| format!("{file}: {leak}")));
        verdicts.insert(file.clone(), verdict);
    }
    for (name, max_score) in neighbours {
        let report = results(&out, &name);
        let (verdict, _) = verdict(&report);
        if verdict != "accept" || report["score"].as_u64() != Some(max_score) {
            wrong.push(format!("{name} was disturbed: {verdict}, {} points", report["score"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    fs::remove_dir_all(&out).expect("the reports can be removed");
    assert_eq!(listing(folder.path()), before, "something was left beside the submissions");
    assert_eq!(processes_in(&temporary), Vec::<String>::new(), "a process was left");
    Graded { verdicts }
}

/// What is right for one file.
struct Case {
    verdicts: Vec<String>,
    /// What is right as well without the scan: what no answer needs is not compiled then, and the rest runs.
    without_scan: Vec<String>,
    /// The most points that `softmax_loss` deserves, where that is said.
    points: Option<u64>,
}

fn cases(corpus: &Path) -> BTreeMap<String, Case> {
    let text = fs::read_to_string(corpus.join("manifest.json")).expect("the corpus has a manifest");
    let manifest: Value = serde_json::from_str(&text).expect("manifest.json is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let entries = manifest["cases"].as_array().expect("a list of cases").iter();
    let cases: BTreeMap<_, _> = entries
        .map(|case| {
            let verdicts = case["verdict"].as_array().expect("a list").iter().map(text).collect();
            let without_scan = case["without_scan"].as_array().into_iter().flatten().map(text).collect();
            (text(&case["file"]), Case { verdicts, without_scan, points: case["points"].as_u64() })
        })
        .collect();
    let on_disk = fs::read_dir(corpus).expect("the corpus").flatten();
    let files = on_disk.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs")).count();
    assert_eq!(cases.len(), files, "the manifest does not list what is there");
    cases
}

/// The corpus in `folder` with a right submission after each: all paths, and the names and full marks of the right ones.
fn submissions(corpus: &Path, cases: &BTreeMap<String, Case>, folder: &Path) -> (Vec<PathBuf>, Vec<(String, u64)>) {
    fs::create_dir(folder).expect("a folder");
    let whole = right_answers();
    let softmax_loss = fs::read_to_string(corpus.join("ok_uses_s_macro.rs")).expect("a right answer");
    let mut paths = Vec::new();
    let mut neighbours = Vec::new();
    for (number, file) in cases.keys().enumerate() {
        fs::copy(corpus.join(file), folder.join(file)).expect("a copy");
        let name = format!("neighbour{number}");
        let neighbour = folder.join(&name).with_extension("rs");
        let is_whole = number % WHOLE == 0;
        fs::write(&neighbour, if is_whole { &whole } else { &softmax_loss }).expect("a file");
        neighbours.push((name, if is_whole { 100 } else { 25 }));
        paths.extend([folder.join(file), neighbour]);
    }
    (paths, neighbours)
}

/// The first verdict on `softmax_loss` that is not `accept`, if any, and its points; a missing function is a compile
/// error here.
fn verdict(report: &Value) -> (String, u64) {
    let tests = report["tests"].as_array().expect("a list of tests").iter();
    let tests: Vec<_> = tests.filter(|test| test["extra_data"]["function"] == "softmax_loss").collect();
    let points = tests.iter().map(|test| test["score"].as_u64().expect("points")).sum();
    let mut verdicts = tests.iter().map(|test| test["extra_data"]["verdict"].as_str().expect("a verdict"));
    let verdict = match verdicts.find(|verdict| *verdict != "accept") {
        None => "accept",
        Some("missing") => "compile_error",
        Some(verdict) => verdict,
    };
    (verdict.to_owned(), points)
}

/// What stands in the reports of a submission and should not.
fn leaks(reports: &Path, submission: &Path) -> Vec<String> {
    // The student's own code stands in the page; what it printed does not.
    let own = String::from_utf8_lossy(&fs::read(submission).expect("the submission")).into_owned();
    let mut leaks = Vec::new();
    for report in ["results.json", "report.html"] {
        let text = fs::read_to_string(reports.join(report)).expect("a report");
        for secret in [SECRET, "root:x:0", DECOY, "PWNED"] {
            if text.contains(secret) && !own.contains(secret) {
                leaks.push(format!("`{secret}` in {report}"));
            }
        }
    }
    leaks
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
