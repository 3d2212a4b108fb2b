//! The last steps before the job's program starts, in the process that becomes it. Their order matters.

use std::convert::Infallible;
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Signal, getpid, set_parent_process_death_signal, setsid, umask};
use rustix::thread::{CapabilitySet, set_no_new_privs};

use super::super::order::Order;
use super::super::plan::Step;
use super::descriptors::{Channel, raise};
use super::failure::{Failure, InStep};
use super::message::{Message, tell};
use super::{identity, landlock, resources, seccomp, self_check, sys};
use crate::Profile;

/// What the job's process is given by its keeper.
pub struct Given<'a> {
    pub order: &'a Order,
    /// The user it shall run as, if another than the launcher's.
    pub user: Option<u32>,
    pub stdout: &'a File,
    pub stderr: &'a File,
    pub channel: &'a Channel,
    pub messages: &'a File,
}

/// Becomes the job. Returns only if a step fails; then the program has not been started.
pub fn become_job(given: &Given<'_>) -> Failure {
    match steps(given) {
        Err(failure) => failure,
    }
}

fn steps(given: &Given<'_>) -> Result<Infallible, Failure> {
    let Order { job, plan, self_check } = given.order;
    sys::reset_signals();
    die_with_keeper()?;
    setsid().in_step(Step::Limits, "start a session")?;
    umask(Mode::WGRP | Mode::WOTH);
    place_descriptors(given)?;

    // What needs the privileges and the memory of the launcher.
    let program = open(&job.program, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
        .in_step(Step::Program, &job.program.display().to_string())?;
    let program = raise(&program).in_step(Step::Program, "keep the program open")?;
    let rules = plan.landlock.then(|| landlock::rules(job)).transpose()?;
    let process = getpid().as_raw_nonzero().get();
    let filters = plan.seccomp.then(|| seccomp::filters(job.profile, program.as_raw_fd(), process)).transpose()?;
    let path = c_string(job.program.as_os_str());
    let arguments: Vec<CString> =
        std::iter::once(path.clone()).chain(job.arguments.iter().map(|argument| c_string(argument))).collect();
    let environment: Vec<CString> =
        job.environment.iter().map(|(name, value)| c_string(OsStr::new(&format!("{name}={value}")))).collect();
    let directory = job.working_directory.as_deref().unwrap_or(Path::new("/"));
    std::env::set_current_dir(directory).in_step(Step::Program, &format!("enter {}", directory.display()))?;

    // From here on privileges are given up, one kind after the other.
    let own_user = become_user(given)?;
    resources::limit(&job.limits, super::super::plan::Plan { own_user, ..*plan })?;
    set_no_new_privs(true).in_step(Step::Limits, "no_new_privs")?;
    if let Some(note) = rules.map(landlock::enforce).transpose()?.flatten() {
        tell(given.messages, &Message::Note(note));
    }
    sys::close_from(3, true).in_step(Step::Limits, "close the launcher's descriptors")?;
    if let Some(filters) = &filters {
        seccomp::install(filters)?;
    }
    if *self_check {
        self_check::attempt(*plan, given.user)?;
        sys::exit_now(0);
    }
    let error = sys::execute(program.as_fd(), &path, &arguments, &environment);
    Err(Failure::new(Step::Program, format!("start {}: {error}", job.program.display())))
}

/// Changes the user and gives up all capabilities. Returns whether the user was changed.
fn become_user(given: &Given<'_>) -> Result<bool, Failure> {
    let Order { job, plan, .. } = given.order;
    let mut user = given.user;
    if let Some(number) = user
        && let Some(path) = identity::out_of_reach(job, number)
    {
        let path = path.display();
        // Root without capabilities still owns its files. A compiler, which does not run the code it compiles, is
        // trusted that far where it cannot name other files; a worker is not.
        if job.profile == Profile::Worker || !plan.confines_files() {
            let what = format!(
                "{path} cannot be used by the job's user; let others read it (chmod o+r, and o+x for the directories \
                 above it), or move it out of root's home"
            );
            return Err(Failure::new(Step::Program, what));
        }
        let note = format!("ran as root without capabilities, because {path} cannot be used by any other user");
        tell(given.messages, &Message::Note(note));
        identity::take_back(&job.writable)?;
        user = None;
    }
    if let Some(number) = user {
        // The bounding set can be emptied only while there is a capability to do so.
        identity::switch_to(number)?;
        die_with_keeper()?;
    }
    identity::keep_capabilities(CapabilitySet::empty())?;
    Ok(user.is_some())
}

/// Changing the user cancels this, so it is asked for twice.
fn die_with_keeper() -> Result<(), Failure> {
    set_parent_process_death_signal(Some(Signal::KILL)).in_step(Step::Limits, "end with the keeper")
}

fn place_descriptors(given: &Given<'_>) -> Result<(), Failure> {
    let mut wanted = vec![(given.stderr.as_fd(), 2)];
    if given.order.job.profile == Profile::Worker {
        // On the standard descriptors a worker can take them over without unsafe code.
        wanted.extend([(given.channel.requests.as_fd(), 0), (given.channel.replies.as_fd(), 1)]);
    } else {
        // Descriptor 0 is /dev/null since the launcher started.
        wanted.push((given.stdout.as_fd(), 1));
    }
    wanted.iter().try_for_each(|(fd, number)| sys::place(*fd, *number)).in_step(Step::Limits, "place the descriptors")
}

/// The job was checked for zero bytes by the caller.
fn c_string(text: &OsStr) -> CString {
    CString::new(text.as_bytes()).unwrap_or_default()
}
