//! Which layers a job gets. Made once by probing, then applied whole or not at all.

use rustix::process::geteuid;
use serde::{Deserialize, Serialize};

use crate::{Layer, Level, Missing};

/// The layers to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub namespaces: Namespaces,
    pub landlock: bool,
    pub seccomp: bool,
    pub own_user: bool,
    pub cgroups: Cgroups,
}

/// Which control groups count the job's memory and processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cgroups {
    /// One hierarchy for each controller.
    V1,
    /// One hierarchy for all.
    V2,
    /// None: the launcher's own measuring is all there is.
    None,
}

/// How the namespaces (process, mount, network, IPC, host name) are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Namespaces {
    /// With the capabilities at hand.
    Privileged,
    /// Inside a new user namespace.
    User,
    /// Not at all.
    None,
}

/// The part of the set-up that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    Namespaces,
    Files,
    Cgroups,
    Identity,
    Limits,
    Landlock,
    Seccomp,
    /// Starting the program itself: no layer of the sandbox.
    Program,
}

impl Plan {
    /// Everything up to the given level.
    pub fn best(ceiling: Level) -> Plan {
        Plan {
            namespaces: if ceiling >= Level::Full { Namespaces::Privileged } else { Namespaces::None },
            landlock: ceiling >= Level::Restricted,
            seccomp: ceiling >= Level::Filtered,
            own_user: ceiling >= Level::Filtered && geteuid().is_root(),
            cgroups: if ceiling >= Level::Full { Cgroups::V1 } else { Cgroups::None },
        }
    }

    /// The next weaker plan after a step of this one failed; none if that step cannot be done without.
    pub fn without(mut self, step: Step) -> Option<Plan> {
        match (step, self.namespaces) {
            (Step::Cgroups, _) if self.cgroups == Cgroups::V1 => self.cgroups = Cgroups::V2,
            (Step::Cgroups, _) if self.cgroups == Cgroups::V2 => self.cgroups = Cgroups::None,
            (Step::Namespaces | Step::Files, Namespaces::Privileged) => self.namespaces = Namespaces::User,
            (Step::Namespaces | Step::Files, Namespaces::User) => self.namespaces = Namespaces::None,
            (Step::Landlock, _) if self.landlock => self.landlock = false,
            (Step::Seccomp, _) if self.seccomp => self.seccomp = false,
            (Step::Identity, _) if self.own_user => self.own_user = false,
            _ => return None,
        }
        Some(self)
    }

    /// Whether the job sees only the files it was given.
    pub fn confines_files(self) -> bool {
        self.landlock || self.namespaces != Namespaces::None
    }

    pub fn level(self) -> Level {
        match (self.seccomp, self.landlock, self.namespaces != Namespaces::None) {
            (false, _, _) => Level::LimitsOnly,
            (true, false, false) => Level::Filtered,
            (true, true, true) => Level::Full,
            (true, _, _) => Level::Restricted,
        }
    }
}

/// The plan as a list for people. `failures` says what happened where a layer was tried in vain.
pub fn layers(plan: Plan, ceiling: Level, failures: &[(Step, String)]) -> Vec<Layer> {
    let why = |steps: &[Step], level: Level| {
        let failed = failures.iter().filter(|(step, _)| steps.contains(step)).map(|(_, what)| what.as_str());
        let failed: Vec<&str> = failed.collect();
        if ceiling < level { "switched off by the caller".into() } else { failed.join("; then ") }
    };
    let layer = |name: &str, active: bool, protects_from: &str, why: String, remedy: &str| Layer {
        name: name.into(),
        active,
        protects_from: protects_from.into(),
        missing: (!active).then(|| Missing { why, remedy: remedy.into() }),
    };
    let namespaces = match plan.namespaces {
        Namespaces::User => "namespaces (of a user namespace)",
        Namespaces::Privileged | Namespaces::None => "namespaces",
    };
    let cgroups = match plan.cgroups {
        Cgroups::V1 => "cgroups (v1)",
        Cgroups::V2 => "cgroups (v2)",
        Cgroups::None => "cgroups",
    };
    let not_root = !geteuid().is_root();
    vec![
        layer("limits", true, "endless loops, memory, output and file bombs", String::new(), ""),
        layer(
            cgroups,
            plan.cgroups != Cgroups::None,
            "memory and fork bombs that outrun the launcher's measuring, shared memory among them",
            why(&[Step::Cgroups], Level::Full),
            "start as root outside a container, or, with cgroup v2, in a group of your own: systemd-run --user --scope \
             -p MemoryAccounting=yes -p TasksAccounting=yes gradus ...",
        ),
        layer(
            namespaces,
            plan.namespaces != Namespaces::None,
            "seeing other files and processes, any network, processes left behind",
            why(&[Step::Namespaces, Step::Files], Level::Full),
            "run as root outside a container, or allow user namespaces (sysctl user.max_user_namespaces, \
             kernel.apparmor_restrict_unprivileged_userns=0; in Docker --cap-add SYS_ADMIN and no AppArmor profile)",
        ),
        layer(
            "landlock",
            plan.landlock,
            "reading and writing files that were not given, TCP, signals to other processes",
            why(&[Step::Landlock], Level::Restricted),
            "use Linux 5.13 or later with landlock in the kernel's lsm= list",
        ),
        layer(
            "seccomp",
            plan.seccomp,
            "sockets, tracing, new processes of a worker, rarely used parts of the kernel",
            why(&[Step::Seccomp], Level::Filtered),
            "use a kernel or container runtime that allows seccomp filters",
        ),
        layer(
            "own user",
            plan.own_user,
            "acting on what belongs to the caller's user; sharing process limits with other jobs",
            if not_root && ceiling > Level::LimitsOnly {
                "not started as root".into()
            } else {
                why(&[Step::Identity], Level::Filtered)
            },
            "start as root with CAP_SETUID and CAP_SETGID (a container's default set has them)",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_weakens_only_its_own_layer_until_nothing_is_left() {
        let mut plan = Plan { own_user: true, ..Plan::best(Level::Full) };
        assert_eq!(plan.level(), Level::Full);
        for (step, level) in [
            (Step::Files, Level::Full),
            (Step::Namespaces, Level::Restricted),
            (Step::Cgroups, Level::Restricted),
            (Step::Cgroups, Level::Restricted),
            (Step::Landlock, Level::Filtered),
            (Step::Identity, Level::Filtered),
            (Step::Seccomp, Level::LimitsOnly),
        ] {
            plan = plan.without(step).expect("a weaker plan");
            assert_eq!(plan.level(), level, "after {step:?}");
            assert!(plan.without(Step::Limits).is_none());
        }
        for step in
            [Step::Namespaces, Step::Files, Step::Cgroups, Step::Landlock, Step::Identity, Step::Seccomp, Step::Program]
        {
            assert!(plan.without(step).is_none(), "{step:?}");
        }
    }

    #[test]
    fn a_missing_layer_says_why_and_what_to_do() {
        let plan = Plan { landlock: false, ..Plan::best(Level::Full) };
        let list = layers(plan, Level::Full, &[(Step::Landlock, "not enabled".into())]);
        for layer in &list {
            assert_eq!(layer.active, layer.missing.is_none(), "{layer:?}");
        }
        let landlock = list.iter().find(|layer| layer.name == "landlock").and_then(|layer| layer.missing.clone());
        assert_eq!(landlock.map(|missing| missing.why), Some("not enabled".into()));
    }
}
