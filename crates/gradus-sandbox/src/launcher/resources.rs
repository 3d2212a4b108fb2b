//! The kernel's own limits, behind those that the launcher measures.

use std::fs;
use std::os::unix::fs::MetadataExt;

use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use super::super::plan::{Namespaces, Plan, Step};
use super::failure::{Failure, InStep};
use crate::Limits;

/// Other processes of the same user come and go while a job runs: room for them.
const ROOM_FOR_OTHERS: u64 = 512;

/// Sets the limits of this process and of those it starts. To be called as the user the job runs as.
pub fn limit(limits: &Limits, plan: Plan) -> Result<(), Failure> {
    let seconds = limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0);
    // The launcher strikes at the exact time; SIGXCPU and, if that is ignored, SIGKILL come if it does not.
    set(Resource::Cpu, seconds + 1, seconds + 2)?;
    set(Resource::As, limits.address_space_bytes, limits.address_space_bytes)?;
    set(Resource::Fsize, limits.file_bytes, limits.file_bytes)?;
    set(Resource::Nofile, limits.open_files, limits.open_files)?;
    set(Resource::Stack, limits.stack_bytes, limits.stack_bytes)?;
    set(Resource::Core, 0, 0)?;
    if let Some(processes) = process_limit(limits, plan) {
        set(Resource::Nproc, processes, processes)?;
    }
    Ok(())
}

/// One more than the launcher tolerates, so that it sees an excess and can name it. The kernel counts all processes of
/// a user, and does not limit root.
fn process_limit(limits: &Limits, plan: Plan) -> Option<u64> {
    let wanted = u64::from(limits.processes) + 1;
    if plan.own_user {
        Some(wanted)
    } else if getuid().is_root() {
        None
    } else if plan.namespaces == Namespaces::User {
        Some(wanted + 1) // the keeper
    } else {
        Some(wanted + tasks_of_this_user() + ROOM_FOR_OTHERS)
    }
}

fn tasks_of_this_user() -> u64 {
    let user = getuid().as_raw();
    let Ok(processes) = fs::read_dir("/proc") else { return 0 };
    let own = processes.flatten().filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.uid() == user));
    own.map(|entry| fs::read_dir(entry.path().join("task")).map_or(0, |tasks| tasks.count() as u64)).sum()
}

fn set(resource: Resource, soft: u64, hard: u64) -> Result<(), Failure> {
    // A lower limit that is there already stays.
    let ceiling = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let limit = Rlimit { current: Some(soft.min(ceiling)), maximum: Some(hard.min(ceiling)) };
    setrlimit(resource, limit).in_step(Step::Limits, &format!("limit {resource:?}"))
}
