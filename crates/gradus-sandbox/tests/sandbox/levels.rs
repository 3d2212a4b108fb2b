//! Probing: what it reports and when it refuses.

use gradus_sandbox::{Job, Level, Options, Outcome, Profile, Requirement, Sandbox, SandboxError};

use crate::{LAUNCHER, all_levels, probing, run, sandbox};

#[test]
fn a_ceiling_is_not_exceeded_and_every_layer_is_accounted_for() {
    for ceiling in [Level::LimitsOnly, Level::Filtered, Level::Restricted, Level::Full] {
        let sandbox = sandbox(ceiling);
        assert!(sandbox.level() <= ceiling);
        for layer in sandbox.layers() {
            assert_eq!(layer.active, layer.missing.is_none(), "{layer:?}");
            if let Some(missing) = &layer.missing {
                assert!(!missing.why.is_empty() && !missing.remedy.is_empty(), "{layer:?}");
            }
        }
        assert!(sandbox.describe().contains(&sandbox.level().to_string()), "{}", sandbox.describe());
    }
}

#[test]
fn a_requirement_that_is_not_met_is_refused_with_the_remedy() {
    let options = Options::default().with_launcher(LAUNCHER).with_ceiling(Level::Filtered);
    let refused = Sandbox::probe_with(Requirement::AtLeast(Level::Restricted), &options);
    let Err(SandboxError::LevelTooLow { required, available, missing }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(required, Level::Restricted);
    assert!(available <= Level::Filtered);
    assert!(missing.contains("landlock is missing (switched off by the caller); to get it, "), "{missing}");
}

#[test]
fn a_program_that_is_no_launcher_is_refused() {
    // This test program does not answer, so it must not be started again and again.
    let refused = Sandbox::probe(Requirement::LimitsOnly);
    assert!(matches!(refused, Err(SandboxError::NoLauncher { .. })), "{refused:?}");
    let options = Options::default().with_launcher("/bin/true");
    let refused = Sandbox::probe_with(Requirement::LimitsOnly, &options);
    assert!(matches!(refused, Err(SandboxError::Lost { .. } | SandboxError::Launch { .. })), "{refused:?}");
    let options = Options::default().with_launcher("/no/such/launcher");
    let refused = Sandbox::probe_with(Requirement::LimitsOnly, &options);
    assert!(matches!(refused, Err(SandboxError::Launch { .. })), "{refused:?}");
}

#[test]
fn a_missing_file_is_a_fault_that_names_it() {
    for sandbox in all_levels() {
        let finished = run(&sandbox, &Job::new("/no/such/program", Profile::Compiler));
        let Outcome::Fault { what } = &finished.outcome else { panic!("{finished:?}") };
        assert!(what.contains("/no/such/program"), "{what}");
        if sandbox.level() < Level::Restricted {
            continue; // what it may read is of no consequence
        }
        let finished = run(&sandbox, &probing(Profile::Worker, &["exit", "0"]).read_only("/no/such/file"));
        let Outcome::Fault { what } = &finished.outcome else { panic!("{finished:?}") };
        assert!(what.contains("/no/such/file"), "{what}");
    }
}
