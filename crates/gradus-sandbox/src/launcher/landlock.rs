//! Landlock: which files may be opened and for what, whatever their permissions; no TCP; no signals to others.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};

use super::super::plan::Step;
use super::failure::{Failure, InStep};
use super::filesystem::DEVICES;
use crate::Job;

/// The newest version whose rights are asked for; an older kernel enforces those it knows.
const NEWEST: ABI = ABI::V6;

/// Makes the rules. The files are opened with the privileges of the moment.
pub fn rules(job: &Job) -> Result<RulesetCreated, Failure> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .in_step(Step::Landlock, "landlock")?;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let no_special_files = AccessFs::Execute | AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::MakeSock;
    let write = AccessFs::from_all(NEWEST) & !(no_special_files | AccessFs::IoctlDev);
    let mut allow = |path: &Path, access: BitFlags<AccessFs>| {
        let file = PathFd::new(path).in_step(Step::Program, &path.display().to_string())?;
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
        (&mut rules).add_rule(PathBeneath::new(file, access)).in_step(Step::Landlock, "landlock").map(drop)
    };
    for path in job.executable.iter().chain([&job.program]) {
        allow(path, read | AccessFs::Execute)?;
    }
    for path in &job.read_only {
        allow(path, read)?;
    }
    for path in &job.writable {
        allow(path, write)?;
    }
    for device in DEVICES {
        allow(Path::new(device), AccessFs::ReadFile | AccessFs::WriteFile)?;
    }
    Ok(rules)
}

/// Applies the rules to this process for good. Returns a note if the kernel knows only some of the rights.
pub fn enforce(rules: RulesetCreated) -> Result<Option<String>, Failure> {
    match rules.restrict_self().in_step(Step::Landlock, "landlock")?.ruleset {
        RulesetStatus::FullyEnforced => Ok(None),
        RulesetStatus::PartiallyEnforced => {
            Ok(Some("landlock: this kernel enforces only some of its rights (Linux 6.12 has them all)".into()))
        }
        RulesetStatus::NotEnforced => Err(Failure::new(Step::Landlock, "landlock: the kernel does not offer it")),
    }
}
