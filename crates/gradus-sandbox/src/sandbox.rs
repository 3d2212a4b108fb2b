//! The caller's side: finding out what the machine offers, and starting jobs.

use std::io::pipe;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use super::launcher;
use super::order::{self, Order};
use super::plan::{Plan, Step, layers};
use super::running::Running;
use crate::{Finished, Job, Layer, Level, Outcome, Profile, Requirement, SandboxError};

/// A way to run jobs, as strong as this machine allows. Cheap to clone, and to be shared between threads.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<Found>);

/// What probing found out.
#[derive(Debug)]
struct Found {
    launcher: PathBuf,
    worker: Plan,
    compiler: Plan,
    level: Level,
    layers: Vec<Layer>,
}

/// How to probe, for callers with special wishes.
#[derive(Debug, Clone, Default)]
pub struct Options {
    launcher: Option<PathBuf>,
    ceiling: Option<Level>,
}

impl Options {
    /// Uses this executable as launcher: `gradus-launcher`, or a program that calls
    /// [`launcher::run_if_asked`](crate::launcher::run_if_asked). Otherwise the running program is started again.
    #[must_use]
    pub fn with_launcher(mut self, path: impl Into<PathBuf>) -> Options {
        self.launcher = Some(path.into());
        self
    }

    /// Tries no layer above this level, even if it is to be had: for diagnosis, and for tests of the lower levels.
    #[must_use]
    pub fn with_ceiling(mut self, level: Level) -> Options {
        self.ceiling = Some(level);
        self
    }
}

impl Sandbox {
    /// Finds the strongest sandbox this machine offers, by running a trial job in it that attempts what it should
    /// not be able to do.
    ///
    /// # Errors
    /// If the requirement is not met, with each missing layer, why it is missing and how to get it; or if no
    /// launcher can be started.
    pub fn probe(requirement: Requirement) -> Result<Sandbox, SandboxError> {
        Sandbox::probe_with(requirement, &Options::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`Sandbox::probe`].
    pub fn probe_with(requirement: Requirement, options: &Options) -> Result<Sandbox, SandboxError> {
        let launcher = match &options.launcher {
            Some(path) => path.clone(),
            None => launcher::own_executable()?,
        };
        let ceiling = options.ceiling.unwrap_or(Level::Full);
        launcher::cgroup::sweep();
        let mut failures = Vec::new();
        // What the worker cannot have is not tried again for the compiler.
        let worker = try_plans(&launcher, Profile::Worker, Plan::best(ceiling), &mut failures)?;
        let compiler = try_plans(&launcher, Profile::Compiler, worker, &mut failures)?;
        let weaker = if compiler.level() < worker.level() { compiler } else { worker };
        let found =
            Found { launcher, worker, compiler, level: weaker.level(), layers: layers(weaker, ceiling, &failures) };
        if found.level < requirement.level() {
            let missing = found.layers.iter().filter_map(|layer| {
                layer.missing.as_ref().map(|missing| {
                    format!("{} is missing ({}); to get it, {}", layer.name, missing.why, missing.remedy)
                })
            });
            return Err(SandboxError::LevelTooLow {
                required: requirement.level(),
                available: found.level,
                missing: missing.collect::<Vec<_>>().join(". "),
            });
        }
        Ok(Sandbox(Arc::new(found)))
    }

    /// The level that every job gets at least.
    #[must_use]
    pub fn level(&self) -> Level {
        self.0.level
    }

    /// The level that jobs of this profile get.
    #[must_use]
    pub fn level_of(&self, profile: Profile) -> Level {
        self.plan(profile).level()
    }

    /// Each layer, whether it is there or not.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.0.layers
    }

    /// One line for reports.
    #[must_use]
    pub fn describe(&self) -> String {
        let names = |active: bool| {
            let chosen = self.layers().iter().filter(|layer| layer.active == active);
            chosen.map(|layer| layer.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let without = names(false);
        let without = if without.is_empty() { without } else { format!("; without {without}") };
        format!("sandbox level {} ({}): {}{without}", self.level() as u8, self.level(), names(true))
    }

    /// Starts a job. What keeps it from running shows when it is waited for.
    ///
    /// # Errors
    /// If the job as described cannot mean anything, or the launcher cannot be started.
    pub fn spawn(&self, job: &Job) -> Result<Running, SandboxError> {
        job.check()?;
        let order = Order { job: job.clone(), plan: self.plan(job.profile), self_check: false };
        start(&self.0.launcher, &order)
    }

    /// Starts a job and waits for its end.
    ///
    /// # Errors
    /// As [`Sandbox::spawn`] and [`Running::wait`].
    pub fn run(&self, job: &Job) -> Result<Finished, SandboxError> {
        let mut running = self.spawn(job)?;
        running.close_requests();
        running.wait()
    }

    fn plan(&self, profile: Profile) -> Plan {
        match profile {
            Profile::Worker => self.0.worker,
            Profile::Compiler => self.0.compiler,
        }
    }
}

/// Weakens a plan until a trial job succeeds.
fn try_plans(
    launcher: &Path,
    profile: Profile,
    mut plan: Plan,
    failures: &mut Vec<(Step, String)>,
) -> Result<Plan, SandboxError> {
    loop {
        // No program is started; this one exists everywhere.
        let order = Order { job: Job::new("/dev/null", profile), plan, self_check: true };
        let (finished, step) = start(launcher, &order)?.wait_with_step()?;
        let (what, step) = match (finished.outcome, step) {
            (Outcome::Exited { code: 0 }, _) => return Ok(plan),
            (Outcome::Refused { what }, Some(step)) => (what, step),
            (outcome, _) => {
                return Err(SandboxError::NoLauncher {
                    what: format!("the trial job of {} ended with {outcome:?}", launcher.display()),
                    hint: "this is a defect of the sandbox or of its launcher".into(),
                });
            }
        };
        plan = plan.without(step).ok_or_else(|| SandboxError::NoLauncher {
            what: format!("the trial job failed: {what}"),
            hint: "this step cannot be done without; look for limits set on the calling process".into(),
        })?;
        failures.push((step, what));
    }
}

/// How much a worker's pipe holds, if the system allows it.
const PIPE_BYTES: usize = 1 << 20;

/// Starts the launcher and gives it its order.
///
/// Its three standard descriptors carry everything, so that no other needs to be passed on: the socket as input, the
/// worker's replies as output, the worker's requests as error.
fn start(launcher: &Path, order: &Order) -> Result<Running, SandboxError> {
    let failed = |source| SandboxError::Launch { path: launcher.to_path_buf(), source };
    let (mut ours, theirs) = UnixStream::pair().map_err(failed)?;
    let mut command = Command::new(launcher);
    command.arg0(launcher::NAME).env_clear().current_dir("/").stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)));
    let channel = if order.job.profile == Profile::Worker {
        let (their_requests, requests) = pipe().map_err(failed)?;
        let (replies, their_replies) = pipe().map_err(failed)?;
        for pipe in [requests.as_fd(), replies.as_fd()] {
            // Large arrays cross in fewer turns. A system that is short of such memory keeps the usual size.
            let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES);
        }
        command.stdout(their_replies).stderr(their_requests);
        let unblock = |fd: &dyn std::os::fd::AsFd| fcntl_setfl(fd, fcntl_getfl(fd)? | OFlags::NONBLOCK);
        unblock(&requests).and_then(|()| unblock(&replies)).map_err(|error| failed(error.into()))?;
        Some((requests, replies))
    } else {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        None
    };
    let child = command.spawn().map_err(failed)?;
    // The command holds the launcher's ends of the pipes: while it lived, replies would not end.
    drop(command);
    let running = Running::new(child, ours.try_clone().map_err(failed)?, channel, order.plan, order.job.limits.wall);
    order::send(&mut ours, order).map_err(failed)?;
    Ok(running)
}
