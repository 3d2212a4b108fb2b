//! How runs end that do not end well, and that nothing is left running after any of them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use gradus_execute::{CellEnd, ExecuteError, InterruptMode};
use rustix::process::{Pid, Signal, kill_process};

use crate::kernel::{Run, kernel_after, processes_in};

/// Long enough for a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_dying_kernel_is_told_with_its_cell() {
    let mut run = Run::of(&["value 1", "exit 3", "value 2"]);
    let summary = run.run();
    let failure = summary.first_failure().expect("a failure");
    assert_eq!((failure.cell, summary.cells.len()), (2, 2));
    assert!(failure.end.to_string().starts_with("the kernel died (exit code 3)"), "{}", failure.end);
    assert_eq!(run.outputs(0), [r#"execute_result {"text/plain":"1"}"#]);
}

#[test]
fn a_cell_that_takes_too_long_is_interrupted() {
    for mode in [InterruptMode::Message, InterruptMode::Signal] {
        let mut run = Run::of(&["value 1", "print begun\nloop", "value 2"]);
        run.kernel.interrupt_mode = mode;
        run.options.timeout = Some(Duration::from_secs(2));
        let summary = run.run();
        let failure = summary.first_failure().expect("a failure");
        assert_eq!((failure.cell, summary.cells.len()), (2, 2), "{mode:?}");
        assert_eq!(failure.end, CellEnd::TimedOut { limit_seconds: 2.0 });
        // It had time to say how it ended.
        assert_eq!(run.outputs(1), [r#"stdout "begun""#, "error interrupted: stopped by the user"], "{mode:?}");
        assert!(run.outputs(2).is_empty());
    }
}

#[test]
fn a_kernel_that_cannot_be_started_is_told() {
    let mut run = Run::of(&["value 1"]);
    run.kernel.command = vec!["/no/such/kernel".to_owned()];
    match run.try_run() {
        Err(ExecuteError::Start { program, .. }) => assert_eq!(program, "/no/such/kernel"),
        other => panic!("{other:?}"),
    }
    run.kernel.command = ["sh", "-c", "echo for this reason >&2; exit 7"].map(str::to_owned).into();
    match run.try_run() {
        Err(error @ ExecuteError::EndedAtStart { .. }) => {
            let text = error.to_string();
            assert!(text.contains("exit code 7") && text.contains("for this reason"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(run.notebook.cells[0].execution_count, Some(None), "nothing was run");
}

#[test]
fn what_a_kernel_has_started_ends_with_it() {
    let mut run = Run::of(&["value 1"]);
    run.kernel = kernel_after(&["sh", "-c", "sleep 300 & exec \"$0\" \"$@\""]);
    assert_eq!(run.run().first_failure(), None);
}

#[test]
fn a_kernel_that_will_not_end_is_killed() {
    // A shell that stays after its kernel, and that no signal but one ends.
    let mut run = Run::of(&["value 1"]);
    run.kernel = kernel_after(&["sh", "-c", "trap '' TERM INT; \"$0\" \"$@\"; sleep 300"]);
    assert_eq!(run.run().first_failure(), None);
}

#[test]
fn a_kernel_knows_its_notebook_and_its_environment() {
    let mut run = Run::of(&["value 1"]);
    let seen = run.folder.path().join("seen");
    let script = format!("echo $SEEN_BY_KERNEL $JPY_SESSION_NAME > {}; exec \"$0\" \"$@\"", seen.display());
    run.kernel = kernel_after(&["sh", "-c", &script]);
    run.options.session_name = Some("/some/where/work.ipynb".into());
    run.run();
    assert_eq!(fs::read_to_string(seen).expect("the kernel wrote it"), "yes /some/where/work.ipynb\n");
}

#[test]
fn a_signal_ends_the_kernel_and_a_second_one_this_process() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = tempfile::tempdir().expect("a folder");
        let running = folder.path().join("running");
        fs::create_dir(&running).expect("a folder");
        let program = env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .args(["--exact", "--ignored", "--nocapture", "ends::wait_for_signals"])
            .env(FOLDER, folder.path())
            .spawn()
            .expect("this program starts");
        let pid = Pid::from_child(&child);
        wait_until(|| folder.path().join("begun").exists());
        assert_eq!(processes_in(&running).len(), 1, "the kernel runs");
        kill_process(pid, signal).expect("it runs");
        wait_until(|| folder.path().join("stopped").exists());
        assert_eq!(processes_in(&running), Vec::<String>::new());
        kill_process(pid, signal).expect("it runs");
        let mut status: Option<ExitStatus> = None;
        wait_until(|| {
            status = child.try_wait().expect("its status");
            status.is_some()
        });
        assert_eq!(status.and_then(|status| status.code()), Some(code));
    }
}

const FOLDER: &str = "GRADUS_TEST_FOLDER";

/// Not a test: what gets the signals. It tells by files how far it is.
#[test]
#[ignore = "the test of signals starts it"]
fn wait_for_signals() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return };
    let mut run = Run::of(&["value 1", "loop"]);
    run.options.folder = folder.join("running");
    let begun = folder.join("begun");
    let result = gradus_execute::execute_in(&run.kernel, &mut run.notebook, &run.options, &mut |step| {
        if matches!(step, gradus_execute::Progress::Cell { cell: 2, .. }) {
            touch(&begun);
        }
    });
    assert!(matches!(result, Err(ExecuteError::Stopped)), "{result:?}");
    touch(&folder.join("stopped"));
    std::thread::sleep(PATIENCE);
}

fn touch(path: &Path) {
    fs::write(path, "").expect("a file");
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < end, "it takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}
