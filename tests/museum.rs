//! The grader's museum: every recorded answer, wrong or right, gets exactly its expected report.
//!
//! The answers and the expected reports are staff files, in `grader/keys/<assignment>/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use gradus_grader::{Key, Specimen};
use gradus_judge::museum::{Calls, answered, groups, needed, summary, summary_of, whole_submission};
use serde_json::Value;

use crate::support::{gradus, repository, results};

/// For each assignment two tests. `together` grades answers that do not touch each other as one submission, which takes
/// a fraction of the time. `alone` grades each by itself and holds all of its report; it writes the reports with
/// `INSTA_UPDATE=always cargo test --test end_to_end museum::softmax::alone -- --ignored`.
macro_rules! museums {
    ($($id:ident)*) => {
        $(mod $id {
            #[test]
            fn together() {
                super::together(stringify!($id));
            }

            #[test]
            #[ignore = "each answer alone takes minutes, as does `gradus lint --rule recorded`, which does the same"]
            fn alone() {
                super::alone(stringify!($id));
            }
        })*

        #[test]
        fn no_assignment_is_left_out() {
            assert!(gradus_assignments::ASSIGNMENTS.iter().map(|assignment| assignment.id).eq([$(stringify!($id)),*]));
        }
    };
}

museums!(softmax svm knn two_layer_net features fully_connected batchnorm dropout conv rnn attention);

/// The file with the reference's functions, where several answers have a file each.
const LACKING: &str = "lacking.rs";

fn together(id: &str) {
    let key = gradus_grader::key(id).expect("each assignment has a key");
    // What is right is so as a whole.
    let (right, wrong): (Vec<_>, Vec<_>) = key.museum.iter().partition(|specimen| specimen.right);
    let texts: Vec<_> = wrong.iter().map(|specimen| specimen.source).collect();
    let calls = Calls::of(&[(key.assignment.public_checks)(), (key.hidden_checks)()].concat(), (key.reference)());
    let groups = groups(key.assignment, &texts, key.reference_source, &calls).expect("recorded answers can be read");
    let groups = groups.iter().map(|group| group.iter().map(|&index| wrong[index]).collect());
    let groups: Vec<Vec<_>> = groups.chain(right.iter().map(|&specimen| vec![specimen])).collect();
    let submission = |group: &Vec<&Specimen>| match group[..] {
        [specimen] if specimen.right => whole(key, specimen),
        _ => beside_each_other(key, group, &calls),
    };
    let graded = Graded::new(key, &groups.iter().map(submission).collect::<Vec<_>>());

    let (mut failed_by, mut hinted) = (BTreeMap::new(), BTreeSet::new());
    for (number, group) in groups.iter().enumerate() {
        let report = graded.report(number);
        let found = summary(&report);
        for specimen in group {
            let (expected, functions) = (recorded_report(key, specimen), functions_of(key, specimen));
            let beside: Vec<_> = group.iter().map(|other| other.name).filter(|name| *name != specimen.name).collect();
            for function in &functions {
                let (mut found, mut expected) = (summary_of(function, &found), summary_of(function, &expected));
                if found.contains(LACKING) {
                    (found, expected) = (without_places(&found), without_places(&expected));
                }
                assert_eq!(
                    found, expected,
                    "{} ({}) beside {beside:?}: {function}'s part of the report is not the recorded one",
                    specimen.name, specimen.about,
                );
            }
            let full = format!("score {0} of {0}\n", report["max_score"]);
            assert_eq!(specimen.right, expected.starts_with(&full), "{}: {}", specimen.name, specimen.about);
            count_failures(&mut failed_by, specimen, &report, &functions);
            hinted.extend(graded.hinted(number, &functions));
        }
    }
    every_check_is_failed_and_every_function_hinted_at(key, failed_by, &hinted);
}

fn alone(id: &str) {
    let key = gradus_grader::key(id).expect("each assignment has a key");
    let each: Vec<_> = key.museum.iter().map(|specimen| whole(key, specimen)).collect();
    let graded = Graded::new(key, &each);
    let (mut failed_by, mut hinted) = (BTreeMap::new(), BTreeSet::new());
    for (number, specimen) in key.museum.iter().enumerate() {
        let report = graded.report(number);
        assert_eq!(specimen.right, report["score"] == report["max_score"], "{}: {}", specimen.name, specimen.about);
        insta::with_settings!({
            snapshot_path => reports(key),
            prepend_module_to_snapshot => false,
            omit_expression => true,
            description => format!("GRADUS-STAFF-ONLY-7c1f4e {}", specimen.about),
        }, {
            insta::assert_snapshot!(specimen.name, summary(&report));
        });
        let functions = functions_of(key, specimen);
        count_failures(&mut failed_by, specimen, &report, &functions);
        hinted.extend(graded.hinted(number, &functions));
    }
    every_check_is_failed_and_every_function_hinted_at(key, failed_by, &hinted);
}

/// A submission's files: names and texts.
type Files = Vec<(String, String)>;

/// A recorded answer as one file with all other functions, so that the report shows that nothing else is disturbed.
fn whole(key: &Key, specimen: &Specimen) -> Files {
    let whole = whole_submission(key.assignment, specimen.source, key.reference_source);
    vec![(file_name(specimen), whole.expect("recorded answers can be read"))]
}

/// Recorded answers as a file each, with what they need of the reference in another.
fn beside_each_other(key: &Key, group: &[&Specimen], calls: &Calls) -> Files {
    let all: Vec<_> = group.iter().map(|specimen| specimen.source).collect();
    let needed = needed(key.assignment, &all.join("\n"), key.reference_source, calls);
    let own = group.iter().map(|specimen| (file_name(specimen), specimen.source.to_owned()));
    own.chain([(LACKING.to_owned(), needed.expect("recorded answers can be read"))]).collect()
}

// Reports name files and lines.
fn file_name(specimen: &Specimen) -> String {
    format!("{}.rs", specimen.name)
}

/// Submissions after `gradus grade`.
struct Graded {
    folder: tempfile::TempDir,
    /// What it printed.
    printed: Value,
}

impl Graded {
    fn new(key: &Key, submissions: &[Files]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the submissions");
        let mut command = vec!["grade".to_owned(), key.assignment.id.to_owned()];
        for (number, files) in submissions.iter().enumerate() {
            let path = folder.path().join(name(number));
            fs::create_dir(&path).expect("the folder can be written");
            for (name, text) in files {
                fs::write(path.join(name), text).expect("the folder can be written");
            }
            command.push(path.display().to_string());
        }
        // A fixed seed: the same inputs, and so the same report, in every run.
        command.extend(["--seed", "7", "--format", "json", "--out"].map(str::to_owned));
        command.push(out(folder.path()).display().to_string());
        let run = gradus(&command);
        assert_eq!(run.code, 0, "{}", run.stderr);
        Self { folder, printed: serde_json::from_str(&run.stdout).expect("JSON") }
    }

    fn report(&self, number: usize) -> Value {
        results(&out(self.folder.path()), &name(number))
    }

    /// Those of the functions of which a failed check tells somebody what to look at.
    fn hinted(&self, number: usize, functions: &[&'static str]) -> Vec<&'static str> {
        let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
        let submissions = list(&self.printed, "submissions");
        let graded = submissions.iter().find(|it| it["submission"] == name(number)).expect("each is printed");
        let states = list(graded, "functions");
        let is_hinted = |function: &&&str| {
            let state = states.iter().find(|it| it["name"] == **function).expect("each function is printed");
            list(state, "checks").iter().any(|check| check["verdict"] != "accept" && check["hint"].is_string())
        };
        functions.iter().filter(is_hinted).copied().collect()
    }
}

fn name(number: usize) -> String {
    format!("submission_{number}")
}

fn out(folder: &Path) -> PathBuf {
    folder.join("out")
}

fn reports(key: &Key) -> PathBuf {
    repository().join("grader/keys").join(key.assignment.id).join("reports")
}

/// A report as it was recorded, without the lines that say where it is from.
fn recorded_report(key: &Key, specimen: &Specimen) -> String {
    let path = reports(key).join(format!("{}.snap", specimen.name));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.splitn(3, "---\n").nth(2).expect("a report after the header").to_owned()
}

/// A report without where a panic was.
fn without_places(report: &str) -> String {
    report.lines().filter(|line| !line.starts_with("    At: ")).collect::<Vec<_>>().join("\n")
}

/// The functions that a recorded answer is about: all of them if it is right.
fn functions_of(key: &Key, specimen: &Specimen) -> Vec<&'static str> {
    let functions = if specimen.right {
        key.assignment.functions.iter().collect()
    } else {
        answered(key.assignment, specimen.source).expect("recorded answers can be read")
    };
    functions.iter().map(|function| function.name).collect()
}

fn count_failures<'a>(
    failed_by: &mut BTreeMap<String, Vec<&'a str>>,
    specimen: &'a Specimen,
    report: &Value,
    functions: &[&str],
) {
    for test in report["tests"].as_array().expect("a list of tests") {
        let check = test["name"].as_str().expect("a name").to_owned();
        if functions.iter().any(|function| check.starts_with(&format!("{function}: "))) {
            let failed = failed_by.entry(check).or_default();
            if test["status"] == "failed" {
                failed.push(specimen.name);
            }
        }
    }
}

fn every_check_is_failed_and_every_function_hinted_at(
    key: &Key,
    failed_by: BTreeMap<String, Vec<&str>>,
    hinted: &BTreeSet<&str>,
) {
    for (check, failed) in failed_by {
        assert!(!failed.is_empty(), "no recorded wrong answer fails `{check}`");
    }
    for function in key.assignment.functions {
        assert!(hinted.contains(function.name), "no failed check of {} gives a hint", function.name);
    }
}
