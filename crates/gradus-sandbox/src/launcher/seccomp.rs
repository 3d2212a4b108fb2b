//! System call filters. Which calls is in `syscalls`; how filters combine is here.
//!
//! Filters add up: of all answers the most restrictive counts, and of two errors that of the filter installed last.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

use super::super::plan::Step;
use super::failure::{Failure, InStep};
use super::syscalls;
use crate::Profile;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// The filters of a profile, in the order of installation. `program` is the number of the descriptor that the job's
/// program is started from; `process` is the number of the process.
pub fn filters(profile: Profile, program: i32, process: i32) -> Result<Vec<BpfProgram>, Failure> {
    let compiled = match profile {
        Profile::Worker => worker(program, process),
        Profile::Compiler => compiler(),
    };
    let unknown = only(syscalls::UNKNOWN)
        .and_then(|rules| compile(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32)));
    let filters = compiled.and_then(|compiled| Ok(vec![compiled, unknown?, foreign_numbers()]));
    filters.in_step(Step::Seccomp, "make the system call filter")
}

/// Installs the filters for good.
pub fn install(filters: &[BpfProgram]) -> Result<(), Failure> {
    filters.iter().try_for_each(|filter| apply_filter(filter)).in_step(Step::Seccomp, "install the system call filter")
}

/// Of everything else it is said that the kernel does not know it, also of calls that are newer than this list: programs
/// expect that answer from an older kernel and do without. Threads are allowed: `clone` with `CLONE_THREAD` shares memory, user and limits with the
/// process, and ends with it.
fn worker(program: i32, process: i32) -> seccompiler::Result<BpfProgram> {
    let mut rules = only(syscalls::WORKER)?;
    let bit = libc::CLONE_THREAD as u64;
    rules.insert(libc::SYS_clone, vec![rule(&[(0, SeccompCmpOp::MaskedEq(bit), bit)])?]);
    // The start of the job's own program, from a descriptor that closes with it.
    let empty_path = libc::AT_EMPTY_PATH as u64;
    let execute = rule(&[(0, SeccompCmpOp::Eq, program as u64), (4, SeccompCmpOp::Eq, empty_path)])?;
    rules.insert(libc::SYS_execveat, vec![execute]);
    // A process that aborts signals itself.
    rules.insert(libc::SYS_tgkill, vec![rule(&[(0, SeccompCmpOp::Eq, process as u64)])?]);
    // Asking for limits, not setting them.
    rules.insert(libc::SYS_prlimit64, vec![rule(&[(0, SeccompCmpOp::Eq, 0), (2, SeccompCmpOp::Eq, 0)])?]);
    // Whether a stream is a terminal.
    rules.insert(libc::SYS_ioctl, any_of(1, &[TCGETS, FIOCLEX])?);
    let fcntl = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_SETFL, libc::F_DUPFD_CLOEXEC];
    rules.insert(libc::SYS_fcntl, any_of(1, &fcntl.map(|command| command as u64))?);
    let prctl = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_NO_NEW_PRIVS, PR_SET_VMA];
    rules.insert(libc::SYS_prctl, any_of(0, &prctl.map(|option| option as u64))?);
    // More filters may be added, here below and by the worker itself.
    rules.insert(libc::SYS_seccomp, any_of(0, &[u64::from(libc::SECCOMP_SET_MODE_FILTER)])?);
    compile(rules, SeccompAction::Errno(libc::ENOSYS as u32), SeccompAction::Allow)
}

// Requests to ioctl, the same on both processors; their type differs between C libraries.
const TCGETS: u64 = 0x5401;
const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;
const FIOCLEX: u64 = 0x5451;
/// Names an anonymous mapping; newer allocators do.
const PR_SET_VMA: i32 = 0x5356_4d41;

fn compiler() -> seccompiler::Result<BpfProgram> {
    let mut rules = only(syscalls::FORBIDDEN)?;
    let namespaces = [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ];
    let new = namespaces.iter().map(|flag| rule(&[(0, SeccompCmpOp::MaskedEq(*flag as u64), *flag as u64)]));
    rules.insert(libc::SYS_clone, new.collect::<seccompiler::Result<_>>()?);
    // Typing into the terminal that the caller was started from.
    rules.insert(libc::SYS_ioctl, any_of(1, &[TIOCSTI, TIOCLINUX])?);
    // Limits of other processes.
    rules.insert(libc::SYS_prlimit64, vec![rule(&[(0, SeccompCmpOp::Ne, 0)])?]);
    compile(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))
}

fn only(calls: &[libc::c_long]) -> seccompiler::Result<Rules> {
    Ok(calls.iter().map(|call| (*call, Vec::new())).collect())
}

/// One rule: all of the conditions (argument, comparison, value) hold, on the lower 32 bits as the kernel reads them.
fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> seccompiler::Result<SeccompRule> {
    let conditions = conditions.iter().map(|(argument, comparison, value)| {
        // The one pointer compared, with null, is looked at whole.
        let length = if *argument == 2 { SeccompCmpArgLen::Qword } else { SeccompCmpArgLen::Dword };
        SeccompCondition::new(*argument, length, comparison.clone(), *value)
    });
    Ok(SeccompRule::new(conditions.collect::<Result<_, _>>()?)?)
}

fn any_of(argument: u8, values: &[u64]) -> seccompiler::Result<Vec<SeccompRule>> {
    values.iter().map(|value| rule(&[(argument, SeccompCmpOp::Eq, *value)])).collect()
}

fn compile(rules: Rules, otherwise: SeccompAction, on_match: SeccompAction) -> seccompiler::Result<BpfProgram> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    Ok(SeccompFilter::new(rules, otherwise, on_match, architecture)?.try_into()?)
}

/// On x86_64 the kernel may know each call by a second number (the x32 ABI), which a list of forbidden ones would
/// miss: none of these is known.
fn foreign_numbers() -> BpfProgram {
    const LOAD_NUMBER: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const JUMP_IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let step = |code, jt, k| seccompiler::sock_filter { code, jt, jf: 0, k };
    vec![
        step(LOAD_NUMBER, 0, 0),
        step(JUMP_IF_AT_LEAST, 1, 0x4000_0000),
        step(RETURN, 0, libc::SECCOMP_RET_ALLOW),
        step(RETURN, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_either_allowed_or_forbidden_or_unknown() {
        for call in syscalls::WORKER {
            assert!(!syscalls::FORBIDDEN.contains(call), "system call {call} is allowed to workers only");
            assert!(!syscalls::UNKNOWN.contains(call), "system call {call} is allowed and unknown");
        }
    }

    #[test]
    fn the_filters_compile() {
        for profile in [Profile::Worker, Profile::Compiler] {
            let filters = filters(profile, 10, 2).expect("filters");
            assert_eq!(filters.len(), 3);
        }
    }
}
