//! The sandbox as a user of the command line meets it: examined, insisted on, and gone without a trace when the
//! grader is killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Run, gradus, repository, results, right_answers};

#[test]
fn the_doctor_names_every_layer_and_how_to_get_what_is_missing() {
    let json = gradus(&["sandbox", "doctor", "--format", "json"]);
    assert_eq!(json.code, 0, "{}", json.stderr);
    let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
    let layers = report["layers"].as_array().expect("a list of layers");
    assert_eq!(layers.len(), 6, "{layers:?}");
    let text = gradus(&["sandbox", "doctor"]);
    assert_eq!(text.code, 0);
    assert!(text.stdout.starts_with(&format!("level {} of 3: ", report["level"])), "{}", text.stdout);
    for layer in layers {
        let part = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut parts = vec![part(&layer["name"]), part(&layer["protects_from"])];
        if layer["active"] == false {
            // Why it is missing may name a number of this one attempt.
            assert!(!part(&layer["missing"]["why"]).is_empty());
            parts.push(part(&layer["missing"]["remedy"]));
        }
        for part in parts {
            assert!(!part.is_empty() && text.stdout.contains(&part), "{part}: {}", text.stdout);
        }
    }
}

#[test]
fn a_level_below_the_one_insisted_on_is_refused_with_a_hint() {
    let folder = tempfile::tempdir().expect("a folder");
    let submission = folder.path().join("right.rs");
    fs::write(&submission, right_answers()).expect("a file");
    let grade = |level: &str| {
        let out = folder.path().join(level);
        in_container(&[
            "grade",
            "softmax",
            path(&submission),
            "--seed",
            "1",
            "--require-sandbox",
            level,
            "--out",
            path(&out),
        ])
    };
    let refused = grade("full");
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("reaches level \"restricted\" here, and \"full\" is required"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("hint: `gradus sandbox doctor` shows each layer"), "{}", refused.stderr);
    assert!(!folder.path().join("full").exists(), "nothing is graded");

    let graded = grade("restricted");
    assert_eq!(graded.code, 0, "{}", graded.stderr);
    let report = results(&folder.path().join("restricted"), "right");
    assert_eq!(report["score"], report["max_score"]);
    let page = fs::read_to_string(folder.path().join("restricted/right/report.html")).expect("a page");
    for text in [report.to_string(), page] {
        assert!(text.contains("sandbox level 2 (restricted)"), "the report names the level: {text}");
    }
}

/// Runs `gradus` as a container's root would, whatever this machine allows.
fn in_container(arguments: &[&str]) -> Run {
    let doctor = gradus(&["sandbox", "doctor", "--format", "json"]);
    let report: Value = serde_json::from_str(&doctor.stdout).expect("JSON");
    if report["level"] == 2 {
        return gradus(arguments);
    }
    let script = "echo 0 >/proc/sys/user/max_user_namespaces
                  exec setpriv --inh-caps=-all --bounding-set=-all --no-new-privs \"$@\"";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "bash", "-euc", script, "bash", env!("CARGO_BIN_EXE_gradus")])
        .args(arguments)
        .output()
        .expect("unshare");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// While the answer runs, and while the compiler does.
#[test]
fn a_grader_that_is_killed_leaves_no_process_no_group_and_no_folder() {
    for (submission, running) in [("rt_infinite_loop.rs", "out/worker"), ("cd_const_eval_forever.rs", "student.rs")] {
        for with_launcher in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let temporary = folder.path().join("temporary");
            fs::create_dir(&temporary).expect("a folder");
            let mut grader = start(submission, &temporary, &folder.path().join("out"));
            wait_until("the submission runs", || {
                processes_with(path(&temporary)).iter().any(|(_, line)| line.contains(running))
            });
            let launchers = if with_launcher { children(grader.id()) } else { Vec::new() };
            grader.kill().expect("to kill the grader");
            for launcher in &launchers {
                Command::new("kill").args(["-9", &launcher.to_string()]).status().expect("kill");
            }
            grader.wait().expect("its end");
            wait_until("all processes end", || processes_with(path(&temporary)).is_empty());

            // What is left is removed by the next start, whatever it is for.
            let next =
                gradus_with(&temporary, &["check", "softmax", path(&repository().join("notebooks/softmax.ipynb"))]);
            assert_eq!(next.code, 1, "the starter fails its checks: {}", next.stderr);
            let left: Vec<PathBuf> =
                fs::read_dir(&temporary).expect("it").flatten().map(|entry| entry.path()).collect();
            assert_eq!(left, Vec::<PathBuf>::new(), "{submission}");
            assert_eq!(groups_without_launcher(), Vec::<PathBuf>::new(), "{submission}");
        }
    }
}

fn start(submission: &str, temporary: &Path, out: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(["grade", "softmax", "--out"])
        .arg(out)
        .arg(repository().join("grader/hostile").join(submission))
        .env("TMPDIR", temporary)
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

fn gradus_with(temporary: &Path, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_gradus"))
        .args(arguments)
        .env("TMPDIR", temporary)
        .output()
        .expect("the program starts");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Number and command line of each process that mentions `text`, other than the grader's own.
fn processes_with(text: &str) -> Vec<(i32, String)> {
    let processes = fs::read_dir("/proc").expect("there is /proc").flatten();
    let lines = processes.filter_map(|entry| {
        let number = entry.file_name().to_str()?.parse().ok()?;
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        Some((number, String::from_utf8_lossy(&line).replace('\0', " ")))
    });
    lines.filter(|(_, line)| line.contains(text) && !line.contains("grade softmax")).collect()
}

fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("its threads").flatten();
    let lists = threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Control groups of jobs whose launcher is no more.
fn groups_without_launcher() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let name = entry.file_name().to_string_lossy().into_owned();
            let launcher = name.strip_prefix("gradus-job-");
            if launcher.is_some_and(|launcher| !Path::new("/proc").join(launcher).exists()) {
                found.push(entry.path());
            }
            open.push(entry.path());
        }
    }
    found
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < give_up, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
