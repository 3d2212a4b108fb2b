//! The judge survives whatever a worker sends: a real process in the sandbox that breaks the protocol in one manner after
//! another gets a failure of the check it was asked for, and neither points nor a hang nor the judge's memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use gradus_assignments::softmax::call;
use gradus_judge::Worker;
use gradus_question::{CallError, Check, Failure, Session, Verdict, Visibility};
use gradus_sandbox::{Job, Level, Options, Profile, Requirement, Sandbox};
use ndarray::{Array1, Array2};

use crate::support::repository;

const PATIENCE: Duration = Duration::from_millis(800);

/// Each manner, and the verdicts that are right for it.
const MANNERS: [(&str, &[Verdict]); 29] = [
    ("silent", &[Verdict::TimeLimit]),
    ("exits", &[Verdict::Crash]),
    ("floods_stderr", &[Verdict::OutputLimit, Verdict::TimeLimit]),
    ("endless", &[Verdict::ProtocolViolation]),
    ("early", &[Verdict::ProtocolViolation]),
    ("torn_header", &[Verdict::Crash]),
    ("torn_body", &[Verdict::Crash]),
    ("stalls", &[Verdict::TimeLimit]),
    ("trickles", &[Verdict::TimeLimit]),
    ("huge_length", &[Verdict::ProtocolViolation]),
    ("endless_body", &[Verdict::ProtocolViolation]),
    ("other_nonce", &[Verdict::ProtocolViolation]),
    ("twice", &[Verdict::ProtocolViolation]),
    ("twice_later", &[Verdict::ProtocolViolation]),
    ("ahead", &[Verdict::ProtocolViolation]),
    ("empty", &[Verdict::ProtocolViolation]),
    ("unknown_status", &[Verdict::ProtocolViolation]),
    ("noise", &[Verdict::ProtocolViolation]),
    ("trailing", &[Verdict::ProtocolViolation]),
    ("cut", &[Verdict::ProtocolViolation]),
    ("nan", &[Verdict::WrongAnswer]),
    ("infinite", &[Verdict::WrongAnswer]),
    ("one_by_one", &[Verdict::WrongAnswer]),
    ("transposed", &[Verdict::WrongAnswer]),
    ("three_axes", &[Verdict::ProtocolViolation]),
    ("no_axes", &[Verdict::ProtocolViolation]),
    ("impossible_shape", &[Verdict::ProtocolViolation]),
    ("empty_but_huge", &[Verdict::ProtocolViolation, Verdict::WrongAnswer]),
    ("text_that_is_none", &[Verdict::ProtocolViolation]),
];

#[test]
fn a_worker_that_breaks_the_protocol_fails_the_check() {
    // The same process, when it keeps to the protocol, passes: what follows is for nothing else.
    check("honest").expect("an honest worker passes");
    let mut wrong = Vec::new();
    for (manner, verdicts) in MANNERS {
        match check(manner) {
            Err(failure) if !failure.fault && verdicts.contains(&failure.verdict) => {}
            other => wrong.push(format!("{manner}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let peak = peak_memory_mib();
    assert!(peak < 1024, "the judge took {peak} MiB");
}

#[test]
fn what_a_worker_says_of_itself_is_not_shown_for_a_hidden_check() {
    for manner in ["long_refusal", "long_panic"] {
        let failure = check(manner).expect_err("no answer");
        assert!(!failure.message(Visibility::Hidden).contains("secret"), "{failure:?}");
        assert!(failure.message(Visibility::Public).contains("secret"), "{failure:?}");
    }
}

#[test]
fn a_request_larger_than_the_pipe_does_not_wait_for_ever_to_be_read() {
    let call = call::softmax_loss(&Array2::zeros((400, 400)), &Array1::zeros(400));
    for manner in ["silent", "before_the_request"] {
        let sandbox = sandbox();
        let mut worker = Worker::new(&sandbox, job(manner));
        let error = Session::new(&mut worker).with_patience(PATIENCE).call(&call).expect_err("no answer");
        let expected = match manner {
            "silent" => matches!(error, CallError::TimeLimit { .. }),
            _ => matches!(error, CallError::ProtocolViolation { .. }),
        };
        assert!(expected, "{manner}: {error:?}");
    }
}

#[test]
fn after_a_failure_the_next_check_meets_a_fresh_worker() {
    let sandbox = sandbox();
    let mut worker = Worker::new(&sandbox, job("ahead"));
    let call = call::softmax_loss(&Array2::zeros((3, 2)), &Array1::zeros(3));
    for _ in 0..3 {
        let error = Session::new(&mut worker).with_patience(PATIENCE).call(&call).expect_err("no answer");
        assert!(matches!(error, CallError::ProtocolViolation { .. }), "{error:?}");
    }
}

/// Runs one hidden check of `softmax_loss` on a worker of that manner.
fn check(manner: &str) -> Result<(), Failure> {
    let key = gradus_grader::key("softmax").expect("softmax has a key");
    let is_wanted = |check: &Check| check.function == "softmax_loss" && check.name == "gradient of fresh scores";
    let check = (key.hidden_checks)().into_iter().find(is_wanted).expect("a check of that name");
    let sandbox = sandbox();
    let mut worker = Worker::new(&sandbox, job(manner));
    check.run(&mut Session::new(&mut worker).with_patience(PATIENCE), 1)
}

fn sandbox() -> Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    let probe = || {
        let launcher = Options::default().with_launcher(env!("CARGO_BIN_EXE_gradus"));
        Sandbox::probe_with(Requirement::AtLeast(Level::Restricted), &launcher).expect("this machine has a sandbox")
    };
    SANDBOX.get_or_init(probe).clone()
}

fn job(manner: &str) -> Job {
    Job::new(program(), Profile::Worker).executable(program()).argument(manner)
}

/// The rogue worker, compiled once, static as real ones are.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<(PathBuf, tempfile::TempDir)> = OnceLock::new();
    let compile = || {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("rogue");
        let output = Command::new("rustc")
            .args(["--edition", "2024", "-C", "target-feature=+crt-static", "-o"])
            .arg(&program)
            .arg(repository().join("tests/rogue/worker.rs"))
            .output()
            .expect("rustc starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (program, folder)
    };
    &PROGRAM.get_or_init(compile).0
}

fn peak_memory_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("there is /proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") >> 10
}
