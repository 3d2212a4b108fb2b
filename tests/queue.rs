//! Grading through a queue, as a course with several machines does. What needs a PostgreSQL server is run by
//! `tests/postgres/run.sh`, which starts one.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use gradus_gradebook::{Gradebook, Place};

use crate::support::{Run, files_in, gradus, gradus_with, right_answers, snapshot};

/// Short, so that a dead worker's jobs are soon given to others.
const LEASE: &str = "6";

/// A database with submissions to grade.
struct Course {
    folder: tempfile::TempDir,
    address: String,
}

impl Course {
    /// A course whose submissions are these texts, each of the student whose name stands before it.
    fn new(database: &str, submissions: &[(String, String)]) -> Self {
        let server = env::var("GRADUS_TEST_POSTGRES").expect("tests/postgres/run.sh runs this");
        let make = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
        for command in [make, format!("CREATE DATABASE {database}")] {
            let address = server.replace("{}", "postgres");
            let done = Command::new("psql").args([&address, "--quiet", "--command", &command]).status().expect("psql");
            assert!(done.success());
        }
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("submissions")).expect("a folder");
        for (name, text) in submissions {
            fs::write(folder.path().join("submissions").join(name), text).expect("a file");
        }
        Self { folder, address: server.replace("{}", database) }
    }

    fn grade(&self, more: &[&str]) -> Run {
        let out = self.folder.path().join("out").display().to_string();
        let mut arguments = vec!["grade".to_owned(), "softmax".to_owned()];
        arguments.extend(files_in(&self.folder.path().join("submissions")));
        arguments.extend(["--queue", &self.address, "--out", &out].map(str::to_owned));
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        gradus(&arguments)
    }

    fn worker(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_gradus"))
            .args(["worker", "--queue", &self.address, "--jobs", "1", "--lease", LEASE, "--until-empty"])
            .env("NO_COLOR", "1")
            .stderr(Stdio::piped())
            .spawn()
            .expect("a worker starts")
    }

    fn gradebook(&self) -> Gradebook {
        Gradebook::open_existing(Place::from(&self.address)).expect("there is a gradebook")
    }

    /// How many have an outcome.
    fn graded(&self) -> usize {
        self.gradebook().standings(None).map_or(0, |standings| standings.len())
    }

    /// Waits until so many have an outcome.
    fn wait_for(&self, count: usize) {
        let start = Instant::now();
        while self.graded() < count {
            assert!(start.elapsed() < Duration::from_secs(120), "{} of {count} are graded", self.graded());
            sleep(Duration::from_millis(200));
        }
    }

    /// What the database says, as text.
    fn ask(&self, query: &str) -> String {
        let asked = ["--quiet", "--tuples-only", "--no-align", "--command", query];
        let output = Command::new("psql").arg(&self.address).args(asked).output().expect("psql");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Waits until a worker has a job, and tells which.
    fn job_of(&self, worker: &Child) -> String {
        let query =
            format!("SELECT id FROM apalis.jobs WHERE lock_by LIKE '%-{}-%' AND status = 'Running'", worker.id());
        let start = Instant::now();
        loop {
            match self.ask(&query) {
                none if none.is_empty() => sleep(Duration::from_millis(20)),
                job => return job,
            }
            assert!(start.elapsed() < Duration::from_secs(60), "it takes no job");
        }
    }

    /// The only outcome that each student ever got, as points.
    fn only_points(&self, names: &[&str]) -> Vec<Option<u32>> {
        let gradebook = self.gradebook();
        let only = |name: &&str| {
            let gradings = gradebook.history(name).expect("the student is there").gradings;
            assert_eq!(gradings.len(), 1, "{name} was graded {} times", gradings.len());
            assert_eq!(gradings[0].state, "current");
            gradings[0].outcome.points()
        };
        names.iter().map(only).collect()
    }
}

/// What a process said, once it has ended.
fn said(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("it can be waited for");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
#[ignore = "needs PostgreSQL: tests/postgres/run.sh"]
fn four_workers_one_of_them_killed_and_a_server_that_restarts_give_each_submission_one_outcome() {
    let right = right_answers();
    let mut submissions: Vec<(String, String)> =
        (0..18).map(|number| (format!("student{number}.rs"), format!("{right}\n// {number}\n"))).collect();
    let endless = right.replace("pub fn predict(", "pub fn predict(x: &Array2<f64>, w: &Array2<f64>) -> Array1<usize> { loop { std::hint::black_box((x, w)); } }\nfn other(");
    assert_ne!(endless, right);
    submissions.push(("endless.rs".to_owned(), endless));
    submissions.push(("unreadable.ipynb".to_owned(), "{ this is no notebook".to_owned()));
    let course = Course::new("four_workers", &submissions);

    let enqueued = course.grade(&["--no-wait"]);
    assert_eq!((enqueued.code, enqueued.stderr.as_str()), (0, "20 of 20 are in the queue\n"));
    let mut workers: Vec<_> = (0..4).map(|_| course.worker()).collect();
    course.wait_for(2);
    let mut victim = workers.remove(0);
    let orphan = course.job_of(&victim);
    victim.kill().expect("it can be killed");
    victim.wait().expect("it is dead");
    let was_left = course.ask(&format!("SELECT status FROM apalis.jobs WHERE id = '{orphan}'")) == "Running";
    course.wait_for(6);
    let restart = env::var("GRADUS_TEST_POSTGRES_RESTART").expect("tests/postgres/run.sh runs this");
    assert!(Command::new("sh").args(["-c", &restart]).status().expect("a shell").success());

    let run = course.grade(&["--format", "json"]);
    // One of them cannot be read.
    assert_eq!(run.code, 2, "{}", run.stderr);
    for worker in workers {
        let (code, said) = said(worker);
        assert_eq!(code, Some(0), "{said}");
    }
    if was_left {
        let attempts = course.ask(&format!("SELECT attempts FROM apalis.jobs WHERE id = '{orphan}'"));
        // Two, or three if the restart met it too.
        assert!(["2", "3"].contains(&attempts.as_str()), "tried {attempts} times: it was handed to another worker");
    }
    let names: Vec<String> = (0..18).map(|number| format!("student{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(course.only_points(&names), vec![Some(100); 18]);
    assert_eq!(course.only_points(&["endless", "unreadable"]), [Some(90), Some(0)]);
    for name in names {
        assert!(course.folder.path().join("out").join(name).join("report.html").is_file());
    }
    let again = course.grade(&[]);
    assert!(again.stderr.contains("0 of 20 are in the queue"), "{}", again.stderr);
}

#[test]
#[ignore = "needs PostgreSQL: tests/postgres/run.sh"]
fn a_worker_that_was_taken_for_dead_records_nothing() {
    let course = Course::new("taken_for_dead", &[("ada.rs".to_owned(), right_answers())]);
    assert_eq!(course.grade(&["--no-wait"]).code, 0);
    let frozen = course.worker();
    let job = course.job_of(&frozen);
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &frozen.id().to_string()]).status().expect("kill");
        assert!(sent.success());
    };
    signal("-STOP");
    let (code, other) = said(course.worker());
    signal("-CONT");
    assert_eq!(code, Some(0), "{other}");
    assert!(other.contains("ada, softmax: 100 of 100 points"), "{other}");
    let (code, said) = said(frozen);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("ada, softmax: another worker has taken it over"), "{said}");
    assert_eq!(course.ask(&format!("SELECT status, attempts FROM apalis.jobs WHERE id = '{job}'")), "Done|2");
    assert_eq!(course.only_points(&["ada"]), [Some(100)]);
}

#[test]
#[ignore = "needs PostgreSQL: tests/postgres/run.sh"]
fn a_fault_is_tried_three_times_and_is_no_result() {
    let course = Course::new("faults", &[("ada.rs".to_owned(), right_answers())]);
    assert_eq!(course.grade(&["--no-wait"]).code, 0);
    let nowhere = Path::new("/nonexistent");
    let work = ["worker", "--queue", &course.address, "--lease", LEASE, "--until-empty"];
    let run = gradus_with(Path::new("."), &work, &[("TMPDIR", nowhere)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stderr.matches("ada, softmax: grader fault, to be tried again").count(), 2, "{}", run.stderr);
    assert_eq!(run.stderr.matches("ada, softmax: grader fault: cannot keep /nonexistent").count(), 1, "{}", run.stderr);
    assert_eq!(course.only_points(&["ada"]), [None]);

    // A fault is no result: the next command puts it into the queue again.
    assert_eq!(course.grade(&["--no-wait"]).stderr, "1 of 1 are in the queue\n");
    assert_eq!(gradus(&work).code, 0);
    let run = course.grade(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("100/100"), "{}", run.stdout);
}

#[test]
fn what_is_no_queue_is_refused_without_telling_a_password() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("gradebook.sqlite").display().to_string();
    snapshot("worker_with_a_file", &gradus(&["worker", "--queue", &file]), folder.path());
    let address = "postgres://ada:secret@127.0.0.1:1/course";
    snapshot("worker_without_a_server", &gradus(&["worker", "--queue", address]), folder.path());
    let (answers, out) = (folder.path().join("ada.rs"), folder.path().join("out").display().to_string());
    fs::write(&answers, right_answers()).expect("a file");
    let answers = answers.display().to_string();
    let grade = ["grade", "softmax", &answers, "--out", &out, "--queue", address];
    snapshot("grade_without_a_server", &gradus(&grade), folder.path());
    let both = [&grade[..], &["--gradebook", &file]].concat();
    snapshot("grade_with_queue_and_gradebook", &gradus(&both), folder.path());
}
