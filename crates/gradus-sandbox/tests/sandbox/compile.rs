//! A real compiler, found wherever it is, with a real linker.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use gradus_sandbox::{Job, Level, Limits, Outcome, Profile, linker_paths};

use crate::{all_levels, open_directory, run};

fn sysroot() -> PathBuf {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc");
    PathBuf::from(String::from_utf8(output.stdout).expect("UTF-8").trim())
}

fn generous() -> Limits {
    Limits {
        cpu: Duration::from_secs(30),
        wall: Duration::from_secs(60),
        memory_bytes: 2 << 30,
        address_space_bytes: 4 << 30,
        processes: 64,
        file_bytes: 64 << 20,
        open_files: 256,
        ..Limits::default()
    }
}

#[test]
fn rustc_compiles_and_links_a_program() {
    let sysroot = sysroot();
    for sandbox in all_levels() {
        let (source, out) = (open_directory(), open_directory());
        let main = source.path().join("main.rs");
        fs::write(&main, "fn main() { println!(\"{}\", [1, 2, 3].iter().sum::<i32>()); }").expect("to write");
        let program = out.path().join("main");
        let job = Job::new(sysroot.join("bin/rustc"), Profile::Compiler)
            .arguments(["--edition=2024", "-Copt-level=2", "-o"])
            .argument(&program)
            .argument(&main)
            .environment("PATH", "/usr/bin:/bin")
            .environment("TMPDIR", out.path().to_str().expect("UTF-8"))
            .executable(&sysroot)
            .executables(linker_paths())
            .read_only(&main)
            .writable(out.path())
            .working_directory(out.path())
            .limits(generous());
        let finished = run(&sandbox, &job);
        let unreachable = Outcome::Exited { code: 0 } != finished.outcome && sandbox.level() == Level::Filtered;
        if unreachable {
            // Nothing but the user keeps jobs from files at this level, so the user is not given up for a toolchain
            // in root's home.
            let Outcome::Fault { what } = &finished.outcome else { panic!("{finished:?}") };
            assert!(what.contains("cannot be used by the job's user"), "{what}");
            continue;
        }
        assert_eq!(finished.outcome, Outcome::Exited { code: 0 }, "{}: {finished:?}", sandbox.describe());
        let output = Command::new(&program).output().expect("to run the program");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "6");
    }
}

#[test]
fn the_source_cannot_pull_in_other_files() {
    let sysroot = sysroot();
    for sandbox in all_levels().into_iter().filter(|sandbox| sandbox.level() >= Level::Restricted) {
        let (source, out) = (open_directory(), open_directory());
        fs::write(source.path().join("hidden.rs"), "hunter2").expect("to write");
        let hidden = source.path().join("hidden.rs");
        for path in
            ["hidden.rs", "/etc/passwd", "/proc/self/environ", "/proc/1/environ", hidden.to_str().expect("UTF-8")]
        {
            let main = source.path().join("lib.rs");
            fs::write(&main, format!("pub const TEXT: &[u8] = include_bytes!({path:?});")).expect("to write");
            let job = Job::new(sysroot.join("bin/rustc"), Profile::Compiler)
                .arguments(["--edition=2024", "--crate-type=rlib", "--out-dir"])
                .argument(out.path())
                .argument(&main)
                .executable(&sysroot)
                .executables(linker_paths())
                .read_only(&main)
                .writable(out.path())
                .limits(generous());
            let finished = run(&sandbox, &job);
            assert_eq!(finished.outcome, Outcome::Exited { code: 1 }, "{path}: {}", sandbox.describe());
            let text = finished.stderr.text();
            assert!(text.contains("couldn't read"), "{path}: {text}");
            assert!(!text.contains("root:x") && !text.contains("hunter2"), "{path}: {text}");
        }
    }
}
