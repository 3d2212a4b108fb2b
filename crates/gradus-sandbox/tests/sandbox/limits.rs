//! Each limit ends a job that exceeds it, with the outcome named after it.

use std::time::{Duration, Instant};

use gradus_sandbox::{Finished, Limits, Outcome, Profile, Sandbox};

use crate::{all_levels, breaches, open_directory, probing, processes_with, run};

fn tight() -> Limits {
    Limits { cpu: Duration::from_secs(5), wall: Duration::from_secs(10), memory_bytes: 256 << 20, ..Limits::default() }
}

fn with(sandbox: &Sandbox, profile: Profile, arguments: &[&str], limits: Limits) -> Finished {
    run(sandbox, &probing(profile, arguments).limits(limits))
}

#[test]
fn a_job_that_ends_by_itself_is_reported_as_it_ended() {
    for sandbox in all_levels() {
        for profile in [Profile::Worker, Profile::Compiler] {
            for code in [0, 1, 137, 255] {
                let finished = with(&sandbox, profile, &["exit", &code.to_string()], tight());
                assert_eq!(finished.outcome, Outcome::Exited { code }, "{}", sandbox.describe());
            }
            let aborted = with(&sandbox, profile, &["abort"], tight());
            assert_eq!(aborted.outcome, Outcome::Signal { signal: 6 }, "{aborted:?}");
        }
        let finished = with(&sandbox, Profile::Compiler, &["signal", "4"], tight());
        assert_eq!(finished.outcome, Outcome::Signal { signal: 4 });
        let finished = with(&sandbox, Profile::Compiler, &["signal", "9"], tight());
        assert_eq!(finished.outcome, Outcome::Signal { signal: 9 }, "not by a limit");
    }
}

#[test]
fn cpu_time_ends_an_endless_loop_even_if_it_ignores_the_signal() {
    for sandbox in all_levels() {
        let limits = Limits { cpu: Duration::from_millis(300), ..tight() };
        let finished = with(&sandbox, Profile::Worker, &["spin"], limits);
        assert_eq!(finished.outcome, Outcome::CpuLimit, "{}", sandbox.describe());
        assert!(finished.cpu >= Duration::from_millis(300), "{finished:?}");
        assert!(finished.cpu < Duration::from_secs(1), "{finished:?}");
    }
}

#[test]
fn the_wall_clock_ends_a_sleeper() {
    for sandbox in all_levels() {
        let limits = Limits { wall: Duration::from_millis(200), ..tight() };
        let began = Instant::now();
        let finished = with(&sandbox, Profile::Worker, &["sleep"], limits);
        assert_eq!(finished.outcome, Outcome::WallLimit, "{}", sandbox.describe());
        assert!(finished.wall >= Duration::from_millis(200) && finished.cpu < Duration::from_millis(200));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

#[test]
fn memory_is_limited_whether_it_is_used_or_only_asked_for() {
    for sandbox in all_levels() {
        for action in ["eat", "eat_shared"] {
            let finished = with(&sandbox, Profile::Worker, &[action], tight());
            assert_eq!(finished.outcome, Outcome::MemoryLimit, "{action}: {}", sandbox.describe());
            let peak = finished.peak_memory_bytes >> 20;
            assert!((256..700).contains(&peak), "{action}: {peak} MiB");
        }
        let finished = with(&sandbox, Profile::Worker, &["allocate"], tight());
        assert_eq!(finished.outcome, Outcome::MemoryLimit, "{finished:?}");
        assert!(finished.peak_memory_bytes < 256 << 20, "it was refused, not killed");
    }
}

#[test]
fn a_stack_overflow_is_told_from_other_crashes() {
    for sandbox in all_levels() {
        let finished = with(&sandbox, Profile::Worker, &["overflow"], tight());
        assert_eq!(finished.outcome, Outcome::StackOverflow, "{finished:?}");
    }
}

#[test]
fn a_flood_of_output_is_cut_off_and_little_of_it_is_kept() {
    for sandbox in all_levels() {
        // A worker's standard output is its replies, which the caller reads.
        for (profile, stream) in [(Profile::Compiler, "out"), (Profile::Compiler, "err"), (Profile::Worker, "err")] {
            let limits = Limits { output_bytes: 4 << 20, kept_output_bytes: 1000, ..tight() };
            let finished = with(&sandbox, profile, &["flood", stream], limits);
            assert_eq!(finished.outcome, Outcome::OutputLimit, "{}", sandbox.describe());
            let captured = if stream == "out" { &finished.stdout } else { &finished.stderr };
            assert_eq!(captured.bytes, vec![b'x'; 1000]);
            assert!(captured.truncated() && captured.total_bytes > 4 << 20, "{}", captured.total_bytes);
            assert!(captured.total_bytes < 6 << 20, "{}", captured.total_bytes);
        }
    }
}

#[test]
fn output_within_the_limit_arrives_whole() {
    let limits = Limits { kept_output_bytes: 8 << 20, ..tight() };
    for sandbox in all_levels() {
        // More than a pipe or a socket holds, written by a program that ends at once.
        let script = "i=0; while [ $i -lt 400 ]; do printf %1024d $i; i=$((i+1)); done";
        let job = gradus_sandbox::Job::new("/bin/sh", Profile::Compiler)
            .executables(gradus_sandbox::library_paths())
            .arguments(["-c", script])
            .limits(limits.clone());
        let finished = run(&sandbox, &job);
        assert_eq!(finished.outcome, Outcome::Exited { code: 0 }, "{finished:?}");
        assert_eq!(finished.stdout.bytes.len(), 400 * 1024);
        assert!(finished.stdout.bytes.ends_with(b"399") && !finished.stdout.truncated());
    }
}

#[test]
fn too_many_threads_or_processes_end_the_job() {
    for sandbox in all_levels() {
        let limits = Limits { processes: 8, ..tight() };
        let within = with(&sandbox, Profile::Worker, &["threads", "7"], limits.clone());
        assert_eq!(within.outcome, Outcome::Exited { code: 0 }, "{within:?}");
        let beyond = with(&sandbox, Profile::Worker, &["threads", "30"], limits.clone());
        assert_eq!(beyond.outcome, Outcome::ProcessLimit, "{}", sandbox.describe());
        let marker = format!("bomb-{}-{}", std::process::id(), sandbox.level() as u8);
        let bomb = with(&sandbox, Profile::Compiler, &["bomb", &marker], limits);
        assert_eq!(bomb.outcome, Outcome::ProcessLimit, "{}", sandbox.describe());
        assert_eq!(processes_with(&marker), Vec::<i32>::new(), "left behind at {}", sandbox.describe());
    }
}

#[test]
fn files_cannot_be_large_or_many() {
    for sandbox in all_levels() {
        let directory = open_directory();
        let file = directory.path().join("file");
        let path = file.to_str().expect("UTF-8");
        let job = probing(Profile::Worker, &["big_file", path]).writable(directory.path());
        let finished = run(&sandbox, &job.limits(Limits { file_bytes: 1 << 20, ..tight() }));
        assert_eq!(finished.outcome, Outcome::Signal { signal: 25 }, "SIGXFSZ: {finished:?}");
        assert_eq!(breaches(&finished), Vec::<String>::new());
        assert_eq!(std::fs::metadata(&file).expect("the file").len(), 1 << 20);
        let finished = with(&sandbox, Profile::Worker, &["many_files"], Limits { open_files: 20, ..tight() });
        assert_eq!(finished.stderr.text().trim(), "17", "descriptors 0 to 2 are open: {finished:?}");
    }
}
