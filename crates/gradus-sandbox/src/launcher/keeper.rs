//! The keeper: the job's parent and the launcher's child. It ends all that belongs to the job when the job ends, when
//! the launcher asks, or when the launcher dies.
//!
//! With namespaces it is process 1 of its own, and the kernel ends all others with it; without, it adopts orphans
//! and ends what is left.

use std::fs::File;
use std::io::Read;

use rustix::process::{Signal, getpid, set_child_subreaper, set_parent_process_death_signal, setsid};
use rustix::thread::CapabilitySet;

use super::super::order::Order;
use super::super::plan::{Namespaces, Step};
use super::confine::{Given, become_job};
use super::descriptors::{Channel, Pipe};
use super::failure::{Failure, InStep};
use super::message::{Message, tell};
use super::sys::{Ended, Fork};
use super::{filesystem, identity, process_tree, sys};

/// The signals that a keeper without namespaces waits for. SIGTERM asks it to end everything.
pub const SIGNALS: [i32; 2] = [libc::SIGCHLD, libc::SIGTERM];

/// What the launcher makes for the keeper before it forks.
pub struct Cradle {
    /// Says that the keeper's user namespace is ready; its end says that the launcher is gone.
    pub ready: Pipe,
    pub messages: Pipe,
    pub stdout: Pipe,
    pub stderr: Pipe,
    pub channel: Channel,
    pub user: Option<u32>,
}

/// What the keeper leaves open once the job runs.
struct Keeping {
    messages: File,
    job: i32,
}

/// Runs as the keeper and ends with the job. `adopting` says that there are no namespaces.
pub fn run(order: &Order, cradle: Cradle) -> ! {
    let messages = match cradle.messages.write.try_clone() {
        Ok(messages) => messages,
        Err(_) => sys::exit_now(1),
    };
    match start(order, cradle) {
        Ok(keeping) if order.plan.namespaces == Namespaces::None => adopt(&keeping),
        Ok(keeping) => keep(&keeping),
        Err(failure) => tell(&messages, &Message::NotStarted(failure)),
    }
    sys::exit_now(0)
}

fn start(order: &Order, cradle: Cradle) -> Result<Keeping, Failure> {
    let namespaces = order.plan.namespaces != Namespaces::None;
    let last_signal = if namespaces { Signal::KILL } else { Signal::TERM };
    set_parent_process_death_signal(Some(last_signal)).in_step(Step::Limits, "end with the launcher")?;
    let Cradle { ready, messages, stdout, stderr, channel, user } = cradle;
    drop((ready.write, messages.read, stdout.read, stderr.read));
    let mut ready = ready.read;
    if !matches!(ready.read(&mut [0]), Ok(1)) {
        sys::exit_now(1); // the launcher is gone
    }
    setsid().in_step(Step::Limits, "start a session")?;
    if namespaces {
        filesystem::enter(&order.job)?;
    } else {
        set_child_subreaper(Some(getpid())).in_step(Step::Limits, "adopt orphans")?;
    }
    match sys::fork(0).in_step(Step::Limits, "start the job's process")? {
        Fork::Child => {
            let given = Given {
                order,
                user,
                stdout: &stdout.write,
                stderr: &stderr.write,
                channel: &channel,
                messages: &messages.write,
            };
            let failure = become_job(&given);
            tell(&messages.write, &Message::NotStarted(failure));
            sys::exit_now(1)
        }
        Fork::Parent(job) => {
            // Without namespaces it may have to end processes of another user.
            let kept = if namespaces || user.is_none() { CapabilitySet::empty() } else { CapabilitySet::KILL };
            if let Err(failure) = identity::keep_capabilities(kept) {
                sys::kill(job, libc::SIGKILL);
                return Err(failure);
            }
            Ok(Keeping { messages: messages.write, job })
        }
    }
}

/// As process 1 of the namespace: the kernel ends all others when this function has returned.
fn keep(keeping: &Keeping) {
    while let Some(ended) = sys::wait(-1, true) {
        if ended.pid == keeping.job {
            return report(keeping, ended);
        }
    }
}

fn adopt(keeping: &Keeping) {
    let own = getpid().as_raw_nonzero().get();
    // A process group is ended by the kernel at one go, even while it grows. The job leads one, whose number is its
    // own as long as it has not been waited for.
    let end_group = || sys::kill(-keeping.job, libc::SIGKILL);
    loop {
        while let Some(pid) = sys::ended_child() {
            if pid == keeping.job {
                end_group();
            }
            let ended = sys::wait(pid, true);
            if let Some(ended) = ended.filter(|ended| ended.pid == keeping.job) {
                process_tree::end_descendants(own);
                return report(keeping, ended);
            }
        }
        if sys::next_signal(&SIGNALS) == libc::SIGTERM {
            end_group();
            process_tree::end_descendants(own);
            return;
        }
    }
}

fn report(keeping: &Keeping, ended: Ended) {
    tell(&keeping.messages, &Message::Ended { status: ended.status, cpu: ended.cpu });
}
