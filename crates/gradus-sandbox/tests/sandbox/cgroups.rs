//! Control groups, where this machine lets us have them: what they stop, and that none is left behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use gradus_sandbox::{Level, Limits, Options, Outcome, Profile, Requirement, Sandbox};

use crate::{LAUNCHER, probing, processes_with, run, sandbox};

/// The strongest sandbox, if it has control groups. `SANDBOX_NEEDS_CGROUPS` says that it must have them here.
fn with_groups() -> Option<Sandbox> {
    let sandbox = sandbox(Level::Full);
    let has = sandbox.layers().iter().any(|layer| layer.name.starts_with("cgroups") && layer.active);
    assert!(has || std::env::var_os("SANDBOX_NEEDS_CGROUPS").is_none(), "{}", sandbox.describe());
    has.then_some(sandbox)
}

/// The groups of a launcher's jobs, in all hierarchies.
fn groups_of(launcher: u32) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            if entry.file_name().to_str() == Some(&format!("gradus-job-{launcher}")) {
                found.push(entry.path());
            }
            open.push(entry.path());
        }
    }
    found
}

/// The launcher of a job: the nearest ancestor of its processes that runs our launcher.
fn launcher_of(marker: &str) -> Option<u32> {
    let mut pid = *processes_with(marker).first()?;
    let program = fs::canonicalize(LAUNCHER).expect("the launcher");
    let mut found = None;
    loop {
        let status = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        pid = status.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        // The keeper, below the launcher, is a copy of it.
        match fs::read_link(format!("/proc/{pid}/exe")) {
            Ok(path) if path == program => found = Some(pid as u32),
            _ => return found,
        }
    }
}

fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let give_up = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < give_up, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file of the group").trim().to_owned()
}

#[test]
fn a_job_runs_in_a_group_of_its_own_with_its_limits_and_the_group_ends_with_it() {
    let Some(sandbox) = with_groups() else { return };
    let marker = format!("group-{}", std::process::id());
    let limits = Limits { memory_bytes: 100 << 20, processes: 5, ..Limits::default() };
    let job = probing(Profile::Worker, &["echo", &marker]).limits(limits);
    let running = sandbox.spawn(&job).expect("a job");
    let launcher = wait_for("the job starts", || launcher_of(&marker));
    let groups = groups_of(launcher);
    let with = |file: &str| groups.iter().map(|group| group.join(file)).find(|path| path.exists());
    let memory = with("memory.limit_in_bytes").or_else(|| with("memory.max")).expect("a memory limit");
    assert_eq!(read(&memory), (100 << 20).to_string());
    assert_eq!(read(&with("pids.max").expect("a process limit")), "7", "the keeper, and one to be noticed");
    let job = processes_with(&marker)[0].to_string();
    for group in &groups {
        assert!(read(&group.join("cgroup.procs")).lines().any(|pid| pid == job), "{}", group.display());
    }
    drop(running);
    assert_eq!(groups_of(launcher), Vec::<PathBuf>::new());
}

#[test]
fn the_kernel_stops_a_job_at_its_memory_limit_and_not_some_time_after() {
    let Some(sandbox) = with_groups() else { return };
    for action in ["eat", "eat_shared"] {
        let limits = Limits { memory_bytes: 64 << 20, ..Limits::default() };
        let finished = run(&sandbox, &probing(Profile::Worker, &[action]).limits(limits));
        assert_eq!(finished.outcome, Outcome::MemoryLimit, "{action}: {finished:?}");
        // Above the limit: pages of the program and its libraries, which are charged to whoever read them first.
        assert!(finished.peak_memory_bytes <= 72 << 20, "{action}: {}", finished.peak_memory_bytes);
        assert!(finished.peak_memory_bytes >= 50 << 20, "{action}: {}", finished.peak_memory_bytes);
    }
}

/// Files on a file system in memory are nobody's resident memory.
#[test]
fn memory_that_no_process_has_mapped_counts_too() {
    let Some(sandbox) = with_groups() else { return };
    let directory = tempfile::tempdir_in("/dev/shm").expect("a directory in memory");
    let limits = Limits { memory_bytes: 64 << 20, file_bytes: 1 << 30, ..Limits::default() };
    let file = directory.path().join("file");
    let job = probing(Profile::Compiler, &["fill", file.to_str().expect("UTF-8")]).writable(directory.path());
    let finished = run(&sandbox, &job.limits(limits));
    assert_eq!(finished.outcome, Outcome::MemoryLimit, "{finished:?}");
}

#[test]
fn a_fork_bomb_whose_children_end_at_once_is_seen() {
    let Some(sandbox) = with_groups() else { return };
    let limits = Limits { processes: 8, ..Limits::default() };
    let finished = run(&sandbox, &probing(Profile::Compiler, &["flicker"]).limits(limits));
    assert_eq!(finished.outcome, Outcome::ProcessLimit, "{finished:?}");
}

#[test]
fn a_group_goes_with_a_launcher_that_is_killed() {
    let Some(sandbox) = with_groups() else { return };
    let marker = format!("killed-{}", std::process::id());
    let running = sandbox.spawn(&probing(Profile::Worker, &["sleep", &marker])).expect("a job");
    let launcher = wait_for("the job starts", || launcher_of(&marker));
    assert!(!groups_of(launcher).is_empty());
    Command::new("/bin/kill").args(["-9", &launcher.to_string()]).status().expect("kill");
    assert!(running.wait().is_err());
    assert_eq!(groups_of(launcher), Vec::<PathBuf>::new());
}

#[test]
fn what_a_whole_grader_left_is_swept_at_the_next_start() {
    let Some(_) = with_groups() else { return };
    // The number of a process that has ended.
    let mut child = Command::new("/bin/true").spawn().expect("a process");
    let number = child.id();
    child.wait().expect("its end");
    let own = fs::read_to_string("/proc/self/cgroup").expect("our groups");
    let path = own.lines().find_map(|line| line.split_once(":memory:")).map(|(_, path)| path.to_owned());
    let Some(path) = path else { return }; // version 2, where it is the same code
    let left = PathBuf::from(format!("/sys/fs/cgroup/memory{path}/gradus-job-{number}"));
    fs::create_dir(&left).expect("a group");
    let options = Options::default().with_launcher(LAUNCHER);
    Sandbox::probe_with(Requirement::LimitsOnly, &options).expect("a sandbox");
    assert!(!left.exists());
}
