//! The gradebook as a course's staff meet it: grading goes on where it stopped, nothing is graded twice, and a score can
//! be explained.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use gradus_gradebook::{Attempt, Content, Gradebook, Version};
use gradus_judge::Outcome;
use serde_json::Value;

use crate::support::{Run, files_in, gradus, results, right_answers, snapshot};

/// A folder with submissions, an output folder and a gradebook.
struct Class {
    folder: tempfile::TempDir,
}

impl Class {
    /// One submission for each name and text.
    fn new(submissions: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("submissions")).expect("a folder");
        for (name, text) in submissions {
            fs::write(folder.path().join("submissions").join(format!("{name}.rs")), text).expect("a file");
        }
        Self { folder }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    fn book(&self) -> String {
        self.path("out/gradebook.sqlite").display().to_string()
    }

    /// The arguments that grade everybody.
    fn grade_arguments(&self, more: &[&str]) -> Vec<String> {
        let mut arguments = vec!["grade".to_owned(), "softmax".to_owned()];
        arguments.extend(files_in(&self.path("submissions")));
        arguments.extend(["--out".to_owned(), self.path("out").display().to_string()]);
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        arguments
    }

    fn grade(&self, more: &[&str]) -> Run {
        gradus(&self.grade_arguments(more))
    }

    fn gradebook(&self, arguments: &[&str]) -> Run {
        let book = self.book();
        let mut all = vec!["gradebook", "--gradebook", &book];
        all.extend(arguments);
        gradus(&all)
    }

    /// How many gradings there were of each student.
    fn gradings(&self, names: &[&str]) -> Vec<usize> {
        let gradebook = Gradebook::open_existing(Path::new(&self.book())).expect("there is a gradebook");
        names.iter().map(|name| gradebook.history(name).map_or(0, |history| history.gradings.len())).collect()
    }
}

/// The right answers, told from others by a remark.
fn right(remark: &str) -> String {
    format!("// {remark}\n{}", right_answers())
}

#[test]
fn what_was_graded_is_not_graded_again() {
    let class = Class::new(&[("ada", &right("ada")), ("bob", "fn nothing() {}")]);
    let first = class.grade(&[]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let scores = |class: &Class| fs::read_to_string(class.path("out/scores.csv")).expect("there are scores");
    let before = scores(&class);
    fs::remove_dir_all(class.path("out/ada")).expect("there is a report");

    let second = class.grade(&[]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(second.stdout, first.stdout);
    assert!(second.stderr.contains("2 of 2 had been graded before"), "{}", second.stderr);
    assert_eq!(results(&class.path("out"), "ada")["score"], 100, "its report is there again");
    // All but the seconds: the time of writing reports is not part of a record.
    let without_seconds = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split(',').take(10).collect::<Vec<_>>().join(",")).collect()
    };
    assert_eq!(without_seconds(&scores(&class)), without_seconds(&before));
    assert_eq!(class.gradings(&["ada", "bob"]), [1, 1]);

    fs::write(class.path("submissions/bob.rs"), right("bob, once more")).expect("a file");
    let third = class.grade(&[]);
    assert!(third.stderr.contains("1 of 2 had been graded before"), "{}", third.stderr);
    assert_eq!(results(&class.path("out"), "bob")["score"], 100);
    let forced = class.grade(&["--force"]);
    assert!(!forced.stderr.contains("graded before"), "{}", forced.stderr);
    assert_eq!(class.gradings(&["ada", "bob"]), [2, 3]);
}

#[test]
fn a_killed_run_goes_on_where_it_stopped() {
    let names = ["ada", "bob", "cyd", "dot"];
    let texts: Vec<_> = names.iter().map(|name| right(name)).collect();
    let class = Class::new(&names.iter().copied().zip(texts.iter().map(String::as_str)).collect::<Vec<_>>());
    let mut killed = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(class.grade_arguments(&["--jobs", "1"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < Duration::from_secs(120), "nothing was recorded");
        if Path::new(&class.book()).is_file() && class.gradings(&names).iter().sum::<usize>() > 0 {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    killed.kill().expect("it still runs");
    killed.wait().expect("it ended");
    let done = class.gradings(&names);
    assert!(done.contains(&0), "it was killed too late to show anything");

    let run = class.grade(&["--jobs", "1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let taken = done.iter().sum::<usize>();
    assert!(run.stderr.contains(&format!("{taken} of 4 had been graded before")), "{}", run.stderr);
    assert_eq!(class.gradings(&names), [1, 1, 1, 1], "nothing lost, nothing graded twice");
    for name in names {
        assert_eq!(results(&class.path("out"), name)["score"], 100, "{name}");
    }
}

#[test]
fn a_grading_that_is_cut_off_leaves_the_checks_that_were_made() {
    let endless = right_answers().replace("pub fn predict(", "pub fn predict_well(");
    let endless =
        format!("{endless}\npub fn predict(_: &Array2<f64>, _: &Array2<f64>) -> Array1<usize> {{ loop {{}} }}\n");
    let class = Class::new(&[("ada", &endless)]);
    let mut killed = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(class.grade_arguments(&["--results-after-each-check"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let start = Instant::now();
    let score = || {
        let text = fs::read_to_string(class.path("out/ada/results.json")).ok()?;
        let results: Value = serde_json::from_str(&text).expect("whole at any time");
        results["score"].as_u64()
    };
    // All but `predict`, which has 10 points and takes seconds to be given up.
    while score() != Some(90) {
        assert!(start.elapsed() < Duration::from_secs(120), "it never got so far");
        thread::sleep(Duration::from_millis(10));
    }
    killed.kill().expect("it still runs");
    killed.wait().expect("it ended");
    let left = results(&class.path("out"), "ada");
    let output = left["output"].as_str().expect("a text");
    assert!(output.starts_with("Grading was cut off after"), "{output}");
    assert!(!class.path("out/ada/report.html").exists(), "a report is whole or not there");

    assert_eq!(class.grade(&[]).code, 0);
    let whole = results(&class.path("out"), "ada");
    assert_eq!(whole["score"], 90);
    assert!(!whole["output"].as_str().expect("a text").contains("cut off"), "{whole}");
}

#[test]
fn a_regrade_tells_what_changes_and_then_changes_it() {
    let class = Class::new(&[("ada", &right("ada")), ("bob", "fn nothing() {}")]);
    assert_eq!(class.grade(&[]).code, 0);
    let book = class.book();
    pretend_an_older_key(&class, "ada", 60);
    pretend_an_older_key(&class, "bob", 0);

    let regrade = |more: &[&str]| {
        let mut arguments = vec!["regrade", "softmax", "--gradebook", &book];
        arguments.extend(more);
        gradus(&arguments)
    };
    let points = || -> Vec<Value> {
        let shown = class.gradebook(&["show", "--format", "json"]);
        let standings: Value = serde_json::from_str(&shown.stdout).expect("JSON");
        standings.as_array().expect("a list").iter().map(|standing| standing["points"].clone()).collect()
    };
    let run = regrade(&[]);
    snapshot("regrade", &run, class.folder.path());
    assert_eq!(points(), [60.0, 0.0], "nothing counts yet");
    assert!(regrade(&["--drop"]).stderr.contains("forgot 2"));
    let applied = regrade(&["--apply", "--format", "json"]);
    let document: Value = serde_json::from_str(&applied.stdout).expect("JSON");
    assert_eq!(document["changes"][0]["after"], 100);
    assert_eq!(points(), [100.0, 0.0]);
    assert!(regrade(&[]).stderr.contains("nothing of `softmax`"), "it has been regraded");
}

/// Makes the recorded outcome one of another key, with these points.
fn pretend_an_older_key(class: &Class, student: &str, points: u32) {
    let gradebook = Gradebook::open_existing(Path::new(&class.book())).expect("there is a gradebook");
    let content = Content::read(&class.path(&format!("submissions/{student}.rs"))).expect("it can be read");
    let recorded = gradebook.recorded(student, "softmax", &content).expect("it can be read").expect("it is there");
    let mut outcome = recorded.outcome;
    if let Outcome::Graded(grade) = &mut outcome {
        let mut left = points;
        for check in grade.functions.iter_mut().flat_map(|function| &mut function.checks) {
            if check.points > left {
                check.verdict = gradus_question::Verdict::WrongAnswer;
            }
            check.points = if check.points <= left { check.points } else { 0 };
            left -= check.points;
        }
        assert_eq!(grade.points(), points, "the points cannot be made of checks");
    }
    let version = Version {
        hash: "older".to_owned(),
        assignment: "softmax".to_owned(),
        title: "Softmax".to_owned(),
        max_points: 100,
    };
    let attempt = Attempt { student, content: &content, version: &version, seed: 7 };
    gradebook.record(&attempt, &outcome).expect("it can be recorded");
}

#[test]
fn a_score_can_be_explained() {
    let wrong = right_answers().replace("pub fn predict(", "pub fn predict_not(");
    let class = Class::new(&[("ada", &wrong)]);
    assert_eq!(class.grade(&["--seed", "5"]).code, 0);
    let run = class.gradebook(&["score", "ada", "svm", "written-1", "1", "--comment", "the sign is not explained"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let shown = class.gradebook(&["show", "ada"]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    for part in [
        "softmax: 90 of 100 points; counts",
        "seed 5",
        "predict: is missing",
        "svm: 1 of 2 for written-1",
        "the sign is not explained",
    ] {
        assert!(shown.stdout.contains(part), "{part:?} is not in {}", shown.stdout);
    }
    let run = class.gradebook(&["export", "softmax", "--format", "canvas", "--canvas-id", "7"]);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert!(lines[0].ends_with("(7)") && lines[2].ends_with(",90"), "{}", run.stdout);
    let out = class.path("gradescope").display().to_string();
    assert_eq!(class.gradebook(&["export", "softmax", "--format", "gradescope", "--out", &out]).code, 0);
    assert_eq!(results(Path::new(&out), "ada")["score"], 90);
}

#[test]
fn a_course_has_its_rules() {
    let class = Class::new(&[("ada", &right("ada")), ("bob", "fn nothing() {}")]);
    assert_eq!(class.grade(&[]).code, 0);
    let rules = class.path("course.toml");
    let text = "title = \"Vision\"\ntime_zone = \"Europe/Zurich\"\npass = 50\n\
        [[assignments]]\nid = \"softmax\"\nsoft = \"2026-01-15T23:59\"\nhard = \"2026-01-29T23:59\"\npenalty = 0.3\n\
        [[components]]\nname = \"notebooks\"\nweight = 50\nassignments = [\"softmax\"]\n\
        [[components]]\nname = \"project\"\nweight = 50\n";
    fs::write(&rules, text).expect("a file");
    let times = class.path("times.csv");
    fs::write(&times, "name,handed_in\nada,2026-01-20T12:00:00+01:00\neve,2026-01-20T12:00:00+01:00\n")
        .expect("a file");
    let run = class.gradebook(&["times", "softmax", &times.display().to_string()]);
    assert_eq!(run.stderr, "1 times of `softmax` noted\n    eve has no submission in the gradebook\n");
    assert_eq!(class.gradebook(&["score", "ada", "course", "project", "90"]).code, 0);

    let rules = rules.display().to_string();
    snapshot("gradebook_grades", &class.gradebook(&["grades", "--course", &rules]), class.folder.path());
    let run = class.gradebook(&["export", "softmax", "--format", "nbgrader", "--course", &rules]);
    assert!(run.stdout.contains("2026-01-15 23:59:00,2026-01-20 11:00:00,ada,,,,100,30,70,106\n"), "{}", run.stdout);
    fs::write(&times, "name,handed_in\nada,yesterday\n").expect("a file");
    snapshot(
        "gradebook_times",
        &class.gradebook(&["times", "softmax", &times.display().to_string()]),
        class.folder.path(),
    );
    fs::write(class.path("course.toml"), "title = 1").expect("a file");
    snapshot("gradebook_no_rules", &class.gradebook(&["grades", "--course", &rules]), class.folder.path());
}

#[test]
fn a_folder_as_nbgrader_has_it() {
    let class = Class::new(&[]);
    for (student, text) in [("ada", right("ada")), ("bob", "fn nothing() {}".to_owned())] {
        let folder = class.path("submitted").join(student).join("softmax");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("answers.rs"), text).expect("a file");
    }
    fs::create_dir_all(class.path("submitted/cyd/svm")).expect("a folder");
    let out = class.path("out").display().to_string();
    let run = gradus(&["grade", "softmax", &class.path("submitted").display().to_string(), "--out", &out]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(results(&class.path("out"), "ada")["score"], 100);
    assert_eq!(results(&class.path("out"), "bob")["score"], 0);
    assert!(!class.path("out/cyd").exists(), "cyd handed in nothing of this assignment");
}

#[test]
fn wrong_use() {
    let class = Class::new(&[("ada", "fn nothing() {}")]);
    snapshot("gradebook_missing", &class.gradebook(&["show"]), class.folder.path());
    assert_eq!(class.grade(&[]).code, 0);
    snapshot("gradebook_nobody", &class.gradebook(&["show", "eve"]), class.folder.path());
    let question = class.gradebook(&["score", "ada", "svm", "written-9", "1"]);
    snapshot("gradebook_no_question", &question, class.folder.path());
    let points = class.gradebook(&["score", "ada", "svm", "written-1", "1000"]);
    snapshot("gradebook_points", &points, class.folder.path());
    snapshot(
        "gradebook_export_nothing",
        &class.gradebook(&["export", "svm", "--format", "canvas"]),
        class.folder.path(),
    );
    let zone = class.gradebook(&["export", "softmax", "--format", "moodle", "--time-zone", "Europe/Atlantis"]);
    assert_eq!(zone.code, 2, "{}", zone.stderr);
    fs::write(class.path("out/other.sqlite"), "no gradebook at all. ".repeat(100)).expect("a file");
    let other = class.path("out/other.sqlite").display().to_string();
    let run = class.grade(&["--gradebook", &other]);
    snapshot("gradebook_is_none", &run, class.folder.path());
}

#[test]
fn the_archive_that_a_platform_makes_of_all_submissions() {
    use std::io::Write;
    let class = Class::new(&[]);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in
        [("lovelaceada_11_501_answers.rs", right("ada")), ("byronada_LATE_12_502_b.rs", "fn f() {}".to_owned())]
    {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
        writer.write_all(text.as_bytes()).expect("its content");
    }
    let path = class.path("submissions.zip");
    fs::write(&path, writer.finish().expect("an archive").into_inner()).expect("a file");
    let out = class.path("out").display().to_string();
    let run = gradus(&["grade", "softmax", &path.display().to_string(), "--out", &out]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(results(&class.path("out"), "lovelaceada_11")["score"], 100);
    let run = class.gradebook(&["export", "softmax", "--format", "canvas"]);
    assert!(run.stdout.contains("lovelaceada_11,11,,,,100\n"), "{}", run.stdout);
    assert!(run.stdout.contains("byronada_12,12,,,,0\n"), "{}", run.stdout);
}
