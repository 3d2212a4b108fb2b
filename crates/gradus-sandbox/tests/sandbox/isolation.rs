//! What a job must not be able to see or touch, at the levels that promise it.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use gradus_sandbox::{Finished, Level, Outcome, Profile, Sandbox};

use crate::{all_levels, breaches, confining_levels, open_directory, own_user, probing, run};

const NONE: Vec<String> = Vec::new();

fn filtering_levels() -> Vec<Sandbox> {
    all_levels().into_iter().filter(|sandbox| sandbox.level() >= Level::Filtered).collect()
}

fn assert_ended_well(finished: &Finished, sandbox: &Sandbox) {
    assert_eq!(finished.outcome, Outcome::Exited { code: 0 }, "{}: {finished:?}", sandbox.describe());
}

#[test]
fn only_the_given_files_can_be_used() {
    for sandbox in confining_levels() {
        for profile in [Profile::Worker, Profile::Compiler] {
            let directory = open_directory();
            let at = |name: &str| directory.path().join(name);
            fs::create_dir(at("given")).expect("to make a directory");
            for file in ["secret", "given/data", "other"] {
                fs::write(at(file), "text").expect("to write a file");
            }
            std::os::unix::fs::symlink(at("secret"), at("given/link")).expect("to make a link");
            fs::hard_link("/bin/true", at("given/true"))
                .or_else(|_| fs::copy("/bin/true", at("given/true")).map(drop))
                .expect("a program");
            let attempts = |list: &[(&str, &str)]| -> Vec<String> {
                list.iter().map(|(how, path)| format!("{how}:{}", directory.path().join(path).display())).collect()
            };
            let forbidden = attempts(&[
                ("read", "/etc/passwd"),
                ("read", "/etc/hostname"),
                ("read", "/proc/self/environ"),
                ("write", "/proc/self/mem"),
                ("read", "/dev/zero"),
                ("read", "secret"),
                ("read", "given/link"),
                ("read", "given/../secret"),
                ("list", ""),
                ("list", "/tmp"),
                ("list", "/etc"),
                ("write", "secret"),
                ("write", "given/data"),
                ("create", "given/new"),
                ("create", "new"),
                ("create", "/tmp/new"),
                ("create", "/dev/shm/new"),
                ("create", "/new"),
                ("chmod", "secret"),
                ("run", "given/true"),
                ("run", "/bin/sh"),
            ]);
            let mut arguments = vec!["files".to_string()];
            arguments.extend(forbidden);
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            // The libraries are executable, and /bin is not among them.
            let finished = run(&sandbox, &probing(profile, &arguments).read_only(at("given")));
            assert_ended_well(&finished, &sandbox);
            let mut found = breaches(&finished);
            if profile == Profile::Compiler && sandbox.level() == Level::Restricted && !own_user(&sandbox) {
                // Landlock has no say in the permissions of files, and linkers set them.
                found.retain(|breach| !breach.starts_with("chmod:"));
            }
            assert_eq!(found, NONE, "{profile:?} at {}", sandbox.describe());

            let allowed =
                attempts(&[("read", "given/data"), ("list", "given"), ("read", "other"), ("write", "/dev/null")]);
            let mut arguments = vec!["files".to_string()];
            arguments.extend(allowed.clone());
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let job = probing(profile, &arguments).read_only(at("given")).read_only(at("other"));
            let finished = run(&sandbox, &job);
            assert_eq!(breaches(&finished), allowed, "what is given can be used");
        }
    }
}

#[test]
fn other_files_do_not_exist_at_the_full_level() {
    let Some(sandbox) = confining_levels().into_iter().find(|sandbox| sandbox.level() == Level::Full) else { return };
    let home = std::env::var("HOME").unwrap_or("/root".into());
    let attempts = [format!("stat:{home}/.profile"), "stat:/etc/passwd".into(), "stat:/var".into(), "list:/sys".into()];
    let mut arguments = vec!["files"];
    arguments.extend(attempts.iter().map(String::as_str));
    let finished = run(&sandbox, &probing(Profile::Worker, &arguments));
    assert_ended_well(&finished, &sandbox);
    assert_eq!(breaches(&finished), NONE);
}

#[test]
fn a_writable_directory_can_be_written_and_belongs_to_its_owner_afterwards() {
    for sandbox in all_levels() {
        for profile in [Profile::Worker, Profile::Compiler] {
            // Closed to others, as temporary directories are, where the level has a tree of its own.
            let directory = if sandbox.level() == Level::Full {
                tempfile::tempdir().expect("a directory")
            } else {
                open_directory()
            };
            let owner = fs::metadata(directory.path()).expect("the directory").uid();
            let file = directory.path().join("file");
            let attempts = [format!("create:{}", file.display()), format!("read:{}", file.display())];
            let job = probing(profile, &["files", &attempts[0], &attempts[1]]).writable(directory.path());
            let finished = run(&sandbox, &job);
            assert_ended_well(&finished, &sandbox);
            assert_eq!(breaches(&finished), attempts, "{profile:?} at {}: {finished:?}", sandbox.describe());
            assert!(fs::read(&file).is_ok(), "the caller can read it");
            assert_eq!(fs::metadata(directory.path()).expect("the directory").uid(), owner);
        }
    }
}

/// The attempts succeed where nothing stands against them; otherwise the tests here would prove nothing.
#[test]
fn without_the_layers_the_attempts_succeed() {
    let sandbox = &all_levels()[0];
    assert_eq!(sandbox.level(), Level::LimitsOnly);
    let directory = open_directory();
    let secret = directory.path().join("secret");
    fs::write(&secret, "text").expect("to write a file");
    let attempts = ["read", "write", "stat", "chmod"].map(|how| format!("{how}:{}", secret.display()));
    let mut arguments = vec!["files"];
    arguments.extend(attempts.iter().map(String::as_str));
    assert_eq!(breaches(&run(sandbox, &probing(Profile::Worker, &arguments))), attempts);
    let caller = std::process::id().to_string();
    for (arguments, expected) in [
        (vec!["others", caller.as_str()], vec!["signal another process", "trace another process"]),
        (vec!["kernel"], vec!["memfd", "io_uring"]),
        (vec!["offspring"], vec!["fork", "exec"]),
    ] {
        let found = breaches(&run(sandbox, &probing(Profile::Worker, &arguments)));
        assert!(expected.iter().all(|breach| found.contains(&(*breach).to_string())), "{arguments:?}: {found:?}");
    }
}

#[test]
fn there_is_no_network() {
    let directory = open_directory();
    let tcp = TcpListener::bind("127.0.0.1:0").expect("TCP");
    let address = tcp.local_addr().expect("its address");
    let _udp = UdpSocket::bind(address).expect("UDP");
    let path = directory.path().join("socket");
    let _unix = UnixListener::bind(&path).expect("unix");
    let name = SocketAddr::from_abstract_name("gradus sandbox test").expect("a name");
    let _abstract = UnixListener::bind_addr(&name).expect("abstract");
    let address = address.to_string();
    let arguments = ["network", &address, path.to_str().expect("UTF-8")];
    let control = breaches(&run(&all_levels()[0], &probing(Profile::Worker, &arguments)));
    for way in ["TCP", "TCP listen", "UDP", "unix", "unix datagram", "abstract"] {
        assert!(control.iter().any(|breach| breach == way), "{way} is open without a filter: {control:?}");
    }
    for sandbox in filtering_levels() {
        for profile in [Profile::Worker, Profile::Compiler] {
            let finished = run(&sandbox, &probing(profile, &arguments).read_only(directory.path()));
            assert_ended_well(&finished, &sandbox);
            assert_eq!(breaches(&finished), NONE, "{profile:?} at {}", sandbox.describe());
        }
    }
}

#[test]
fn other_processes_cannot_be_signalled_traced_or_read() {
    for sandbox in filtering_levels() {
        for profile in [Profile::Worker, Profile::Compiler] {
            let finished = run(&sandbox, &probing(profile, &["others", &std::process::id().to_string()]));
            assert_ended_well(&finished, &sandbox);
            let mut found = breaches(&finished);
            if sandbox.level() == Level::Filtered && profile == Profile::Compiler {
                // A compiler's processes may signal their own threads, which the filter cannot tell from others'.
                found.retain(|breach| own_user(&sandbox) || breach != "signal a thread of the caller");
            }
            if sandbox.level() == Level::Filtered {
                // Only the user keeps a job from reading about processes here.
                found.retain(|breach| own_user(&sandbox) || breach.contains("signal") || breach.contains("trace"));
            }
            assert_eq!(found, NONE, "{profile:?} at {}", sandbox.describe());
        }
    }
}

#[test]
fn dangerous_parts_of_the_kernel_are_closed() {
    for sandbox in filtering_levels() {
        for profile in [Profile::Worker, Profile::Compiler] {
            let finished = run(&sandbox, &probing(profile, &["kernel"]));
            assert_ended_well(&finished, &sandbox);
            assert_eq!(breaches(&finished), NONE, "{profile:?} at {}", sandbox.describe());
        }
    }
}

#[test]
fn a_worker_starts_no_process_and_a_compiler_may() {
    for sandbox in filtering_levels() {
        let job = |profile| probing(profile, &["offspring"]).executable("/bin").executable("/usr/bin");
        assert_eq!(breaches(&run(&sandbox, &job(Profile::Worker))), NONE, "{}", sandbox.describe());
        let finished = run(&sandbox, &job(Profile::Compiler));
        assert!(breaches(&finished).contains(&"exec".into()), "{}: {finished:?}", sandbox.describe());
    }
}

#[test]
fn nothing_is_inherited() {
    let leaked =
        rustix::io::dup(fs::File::open("/etc/passwd").expect("a file")).expect("a descriptor that is inherited");
    for sandbox in all_levels() {
        for profile in [Profile::Worker, Profile::Compiler] {
            let finished = run(&sandbox, &probing(profile, &["descriptors"]));
            assert_eq!(finished.stderr.text().trim(), "[0, 1, 2]", "{}", sandbox.describe());
            let finished = run(&sandbox, &probing(profile, &["environment"]).environment("NAME", "a value=x"));
            assert_eq!(finished.stderr.text().trim(), "(\"NAME\", \"a value=x\")", "{}", sandbox.describe());
        }
    }
    drop(leaked);
}
