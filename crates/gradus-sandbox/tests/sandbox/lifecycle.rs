//! Talking to a worker, ending it, and that nothing is left behind however it ends.

use std::io::{ErrorKind, Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gradus_sandbox::{Level, Limits, Outcome, Profile, Running, Sandbox};

use crate::{all_levels, probing, processes_with, run, sandbox};

/// A line back from the worker, or None at its end.
fn reply(running: &Running) -> Option<String> {
    let mut replies = running.replies().expect("a worker");
    let (mut line, mut byte) = (Vec::new(), [0]);
    let give_up = Instant::now() + Duration::from_secs(10);
    while Instant::now() < give_up {
        match replies.read(&mut byte) {
            Ok(0) => return None,
            Ok(_) if byte[0] == b'\n' => return String::from_utf8(line).ok(),
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("no reply");
}

fn ask(running: &Running, text: &str) -> Option<String> {
    running.requests().expect("a worker").write_all(text.as_bytes()).expect("to send a request");
    reply(running)
}

fn worker(sandbox: &Sandbox, marker: &str) -> Running {
    sandbox.spawn(&probing(Profile::Worker, &["echo", marker])).expect("a worker")
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < give_up, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn marker(name: &str, sandbox: &Sandbox) -> String {
    format!("{name}-{}-{}", std::process::id(), sandbox.level() as u8)
}

#[test]
fn a_worker_answers_until_its_requests_end() {
    for sandbox in all_levels() {
        let running = worker(&sandbox, "-");
        for _ in 0..100 {
            assert_eq!(ask(&running, "forward\n").as_deref(), Some("drawrof"));
        }
        let finished = running.finish().expect("a report");
        assert_eq!(finished.outcome, Outcome::Exited { code: 0 }, "{finished:?}");
    }
}

#[test]
fn a_worker_that_hangs_is_ended_by_the_caller_at_any_time() {
    for sandbox in all_levels() {
        let marker = marker("hang", &sandbox);
        let mut running = worker(&sandbox, &marker);
        assert_eq!(ask(&running, "a b\n").as_deref(), Some("b a"));
        running.requests().expect("a worker").write_all(b"hang\n").expect("to send a request");
        running.kill();
        assert_eq!(reply(&running), None, "replies end with the worker");
        assert_eq!(running.finish().expect("a report").outcome, Outcome::Killed);
        assert_eq!(processes_with(&marker), Vec::<i32>::new());

        let running = worker(&sandbox, &marker);
        running.requests().expect("a worker").write_all(b"hang\n").expect("to send a request");
        let finished = running.finish().expect("a report");
        assert_eq!(finished.outcome, Outcome::Killed, "after the grace: {finished:?}");
    }
}

#[test]
fn a_worker_that_never_reads_does_not_block_the_caller() {
    for sandbox in all_levels() {
        let running = sandbox.spawn(&probing(Profile::Worker, &["sleep"])).expect("a worker");
        let piece = [0; 4096];
        let refused = (0..1000).find_map(|_| running.requests().expect("a worker").write(&piece).err());
        assert_eq!(refused.map(|error| error.kind()), Some(ErrorKind::WouldBlock));
    }
}

#[test]
fn dropping_a_running_job_ends_it() {
    for sandbox in all_levels() {
        let marker = marker("dropped", &sandbox);
        let running = worker(&sandbox, &marker);
        assert_eq!(ask(&running, "x\n").as_deref(), Some("x"));
        assert!(!processes_with(&marker).is_empty());
        drop(running);
        assert_eq!(processes_with(&marker), Vec::<i32>::new(), "{}", sandbox.describe());
    }
}

#[test]
fn a_daemon_ends_with_its_job() {
    for sandbox in all_levels() {
        let marker = marker("daemon", &sandbox);
        let finished = run(&sandbox, &probing(Profile::Compiler, &["daemon", &marker, "100"]));
        assert_eq!(finished.outcome, Outcome::Exited { code: 0 }, "{finished:?}");
        assert_eq!(processes_with(&marker), Vec::<i32>::new(), "{}", sandbox.describe());
        let job = probing(Profile::Compiler, &["daemon", &marker, "100000"]);
        let job = job.limits(Limits { wall: Duration::from_millis(300), ..Limits::default() });
        assert_eq!(run(&sandbox, &job).outcome, Outcome::WallLimit);
        assert_eq!(processes_with(&marker), Vec::<i32>::new(), "{}", sandbox.describe());
    }
}

#[test]
fn nothing_outlives_a_launcher_that_is_killed() {
    for sandbox in all_levels() {
        let marker = marker("orphan", &sandbox);
        let running = sandbox.spawn(&probing(Profile::Compiler, &["daemon", &marker, "100000"])).expect("a job");
        // The job, the first of its children (which ends) and the daemon.
        wait_until("the daemon starts", || processes_with(&marker).len() >= 2);
        let launcher = ancestor_below_us(processes_with(&marker)[0]);
        Command::new("/bin/kill").args(["-9", &launcher.to_string()]).status().expect("kill");
        let lost = running.wait();
        assert!(matches!(lost, Err(gradus_sandbox::SandboxError::Lost { .. })), "{lost:?}");
        wait_until("all of it ends", || processes_with(&marker).is_empty());
    }
}

/// The one of a process's ancestors that is our child.
fn ancestor_below_us(mut pid: i32) -> i32 {
    loop {
        let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
        let parent = status.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<i32>().ok());
        match parent.expect("its parent") {
            parent if parent == std::process::id() as i32 => return pid,
            parent => pid = parent,
        }
    }
}

#[test]
fn nothing_outlives_a_caller_that_is_killed() {
    for level in all_levels().iter().map(Sandbox::level) {
        let marker = format!("forsaken-{}-{}", std::process::id(), level as u8);
        let mut caller = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "lifecycle::a_caller_to_be_killed", "--ignored"])
            .env("SANDBOX_TEST_MARKER", &marker)
            .env("SANDBOX_TEST_LEVEL", (level as u8).to_string())
            .stdout(Stdio::null())
            .spawn()
            .expect("a caller");
        wait_until("its job starts", || processes_with(&marker).len() >= 2);
        caller.kill().and_then(|()| caller.wait()).expect("to kill the caller");
        wait_until("all of it ends", || processes_with(&marker).is_empty());
    }
}

#[test]
#[ignore = "run by nothing_outlives_a_caller_that_is_killed"]
fn a_caller_to_be_killed() {
    let (Ok(marker), Ok(level)) = (std::env::var("SANDBOX_TEST_MARKER"), std::env::var("SANDBOX_TEST_LEVEL")) else {
        return; // run by hand
    };
    let levels = [Level::LimitsOnly, Level::Filtered, Level::Restricted, Level::Full];
    let ceiling = levels.into_iter().find(|known| (*known as u8).to_string() == level).expect("a level");
    let job = probing(Profile::Compiler, &["daemon", &marker, "100000"]);
    sandbox(ceiling).run(&job).expect("a report");
}

#[test]
fn jobs_run_side_by_side_from_many_threads() {
    let strongest = sandbox(Level::Full);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let sandbox = strongest.clone();
            scope.spawn(move || {
                for _ in 0..5 {
                    let finished = run(&sandbox, &probing(Profile::Worker, &["exit", &number.to_string()]));
                    assert_eq!(finished.outcome, Outcome::Exited { code: number });
                }
            });
        }
    });
}

#[test]
fn a_job_survives_the_thread_that_started_it() {
    let sandbox = sandbox(Level::Full);
    let running = std::thread::spawn(move || worker(&sandbox, "-")).join().expect("a worker");
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(ask(&running, "still here\n").as_deref(), Some("ereh llits"));
}
