//! Control groups: the kernel's own count of what a job uses, which a fast job cannot outrun as it can the launcher's
//! measuring. Version 1 or 2, wherever this process may make a group.
//!
//! A group lies below the launcher's own (or, in version 2, where that holds processes, beside it), so that limits set
//! from outside stay in force. It bears the launcher's process number: [`sweep`] removes those of launchers that died
//! without doing it themselves.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::plan::{Cgroups, Step};
use super::failure::{Failure, InStep};
use crate::{Limits, Outcome};

/// What the names of our groups begin with; the launcher's process number follows.
const PREFIX: &str = "gradus-job-";

/// How deep below the root groups of ours are looked for, and how many groups are looked at.
const DEEPEST: usize = 12;
const MOST: usize = 10_000;

/// How long is waited for processes in a group that are about to end.
const PATIENCE: Duration = Duration::from_millis(300);

/// The control group of one job; removed when dropped, which must be after the job's last process has ended.
#[derive(Debug)]
pub struct Group {
    memory: PathBuf,
    processes: PathBuf,
    version: Cgroups,
}

impl Group {
    /// Makes a group with the job's limits; none if the plan has none.
    pub fn make(version: Cgroups, limits: &Limits) -> Result<Option<Group>, Failure> {
        let name = format!("{PREFIX}{}", std::process::id());
        let (memory, processes) = match version {
            Cgroups::None => return Ok(None),
            Cgroups::V1 => {
                let parent = |controller| own_group(controller).in_step(Step::Cgroups, &format!("cgroup {controller}"));
                (parent("memory")?, parent("pids")?)
            }
            Cgroups::V2 => {
                let parent = unified_parent()?;
                (parent.clone(), parent)
            }
        };
        // From here on it removes what has been made of it.
        let group = Group { memory: memory.join(&name), processes: processes.join(&name), version };
        group.create()?;
        group.limit(limits)?;
        Ok(Some(group))
    }

    fn directories(&self) -> impl Iterator<Item = &Path> {
        let second = (self.processes != self.memory).then_some(self.processes.as_path());
        std::iter::once(self.memory.as_path()).chain(second)
    }

    fn create(&self) -> Result<(), Failure> {
        self.directories().try_for_each(|directory| {
            // One of that name was left by a launcher whose number is ours now.
            let _ = fs::remove_dir(directory);
            fs::create_dir(directory).in_step(Step::Cgroups, &directory.display().to_string())
        })
    }

    fn limit(&self, limits: &Limits) -> Result<(), Failure> {
        let memory = limits.memory_bytes.to_string();
        match self.version {
            Cgroups::V1 => {
                set(&self.memory.join("memory.limit_in_bytes"), &memory)?;
                set_if_there(&self.memory.join("memory.memsw.limit_in_bytes"), &memory)?;
            }
            _ => {
                set(&self.memory.join("memory.max"), &memory)?;
                set_if_there(&self.memory.join("memory.swap.max"), "0")?;
                set_if_there(&self.memory.join("memory.oom.group"), "1")?;
            }
        }
        // The keeper, and one more than the launcher tolerates, so that it sees an excess and can name it.
        set(&self.processes.join("pids.max"), &(u64::from(limits.processes) + 2).to_string())
    }

    /// Puts a process, with the children it will have, into the group.
    pub fn admit(&self, process: i32) -> Result<(), Failure> {
        self.directories().try_for_each(|directory| set(&directory.join("cgroup.procs"), &process.to_string()))
    }

    /// The limit that the kernel has enforced so far, if any.
    pub fn excess(&self) -> Option<Outcome> {
        let events = if self.version == Cgroups::V1 { "memory.oom_control" } else { "memory.events" };
        if counter(&self.memory.join(events), "oom_kill") > 0 {
            Some(Outcome::MemoryLimit)
        } else if counter(&self.processes.join("pids.events"), "max") > 0 {
            Some(Outcome::ProcessLimit)
        } else {
            None
        }
    }

    /// The most memory the group has held, with what the kernel and its file cache hold for it.
    pub fn peak_memory(&self) -> Option<u64> {
        let file = if self.version == Cgroups::V1 { "memory.max_usage_in_bytes" } else { "memory.peak" };
        fs::read_to_string(self.memory.join(file)).ok()?.trim().parse().ok()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for directory in self.directories() {
            // The last process may still be on its way out. A group that stays is swept later.
            let give_up = Instant::now() + PATIENCE;
            while fs::remove_dir(directory).is_err_and(|error| error.kind() == ErrorKind::ResourceBusy)
                && Instant::now() < give_up
            {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// Removes the groups of launchers that are no more. Waits a moment for processes in them that are about to end.
pub fn sweep() {
    let give_up = Instant::now() + PATIENCE;
    while !sweep_once() && Instant::now() < give_up {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether none is left.
fn sweep_once() -> bool {
    let ours = |name: &String| name == "memory" || name == "pids";
    let mounts = mounts().unwrap_or_default();
    let used = mounts.iter().filter(|mount| mount.version == Cgroups::V2 || mount.controllers.iter().any(ours));
    let mut budget = MOST;
    used.map(|mount| sweep_below(&mount.point, DEEPEST, &mut budget)).filter(|&clean| !clean).count() == 0
}

fn sweep_below(directory: &Path, depth: usize, budget: &mut usize) -> bool {
    let Ok(entries) = fs::read_dir(directory) else { return true };
    let mut clean = true;
    for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        if depth == 0 || *budget == 0 {
            break;
        }
        *budget -= 1;
        let name = entry.file_name();
        let launcher = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok());
        clean &= match launcher {
            // The kernel refuses while there are processes in it: a launcher's in another container, or dying ones.
            Some(launcher) if !is_alive(launcher) => fs::remove_dir(entry.path()).is_ok(),
            Some(_) => true,
            None => sweep_below(&entry.path(), depth - 1, budget),
        };
    }
    clean
}

/// Whether a process runs. One that has only not been waited for does not.
fn is_alive(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = status.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// A mounted hierarchy.
struct Mount {
    version: Cgroups,
    /// The group that is seen at the mount point.
    root: PathBuf,
    point: PathBuf,
    controllers: Vec<String>,
}

fn mounts() -> io::Result<Vec<Mount>> {
    Ok(fs::read_to_string("/proc/self/mountinfo")?.lines().filter_map(parse_mount).collect())
}

/// proc(5): `36 35 98:0 /root /point options optional... - type source super,options`.
fn parse_mount(line: &str) -> Option<Mount> {
    let (place, kind) = line.split_once(" - ")?;
    let mut place = place.split(' ').skip(3);
    let (root, point) = (place.next()?.into(), place.next()?.into());
    let mut kind = kind.split(' ');
    let version = match kind.next()? {
        "cgroup" => Cgroups::V1,
        "cgroup2" => Cgroups::V2,
        _ => return None,
    };
    let controllers = kind.nth(1)?.split(',').map(str::to_owned).collect();
    Some(Mount { version, root, point, controllers })
}

/// The directory of this process's own group: in the hierarchy of a controller, or, for none (""), of version 2.
fn own_group(controller: &str) -> io::Result<PathBuf> {
    let fits = |mount: &Mount| match controller {
        "" => mount.version == Cgroups::V2,
        name => mount.version == Cgroups::V1 && mount.controllers.iter().any(|found| found == name),
    };
    let mount = mounts()?.into_iter().find(fits).ok_or_else(|| io::Error::other("no such hierarchy is mounted"))?;
    let groups = fs::read_to_string("/proc/self/cgroup")?;
    let path = groups.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        controllers.split(',').any(|found| found == controller).then_some(path)
    });
    let path = path.ok_or_else(|| io::Error::other("this process has no group in it"))?;
    // In a container the mount shows only a part of the hierarchy.
    let below = Path::new(path).strip_prefix(&mount.root).map_err(|_| io::Error::other("its group is not visible"))?;
    Ok(mount.point.join(below))
}

/// The nearest group, upwards from our own, that passes both controllers on to groups made in it. Our own does not
/// while it holds processes (unless it is the root).
fn unified_parent() -> Result<PathBuf, Failure> {
    let own = own_group("").in_step(Step::Cgroups, "cgroup v2")?;
    let mut reason = "no group here has the controllers memory and pids".to_owned();
    for directory in own.ancestors().take_while(|directory| directory.join("cgroup.controllers").exists()) {
        let has = |file: &str| {
            let text = fs::read_to_string(directory.join(file)).unwrap_or_default();
            ["memory", "pids"].iter().all(|wanted| text.split_whitespace().any(|found| found == *wanted))
        };
        if !has("cgroup.controllers") {
            continue;
        }
        if !has("cgroup.subtree_control")
            && let Err(error) = fs::write(directory.join("cgroup.subtree_control"), "+memory +pids")
        {
            reason = format!("{}: {error}", directory.display());
            continue;
        }
        // Whether a group can be made and filled shows only when it is tried.
        let attempt = directory.join(format!("{PREFIX}{}", std::process::id()));
        let made = fs::create_dir(&attempt);
        let _ = fs::remove_dir(&attempt);
        match made {
            Ok(()) => return Ok(directory.to_owned()),
            Err(error) => reason = format!("{}: {error}", directory.display()),
        }
    }
    Err(Failure::new(Step::Cgroups, format!("cgroup v2: {reason}")))
}

fn set(file: &Path, value: &str) -> Result<(), Failure> {
    fs::write(file, value).in_step(Step::Cgroups, &file.display().to_string())
}

/// Kernels without swap accounting, and old ones, lack some files.
fn set_if_there(file: &Path, value: &str) -> Result<(), Failure> {
    if file.exists() { set(file, value) } else { Ok(()) }
}

/// One number of a file with a name and a number on each line.
fn counter(file: &Path, name: &str) -> u64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_are_found_by_version_and_controller() {
        let line = "40 30 0:33 /docker/1 /sys/fs/cgroup/memory rw,nosuid shared:9 master:2 - cgroup cgroup rw,memory";
        let mount = parse_mount(line).expect("a cgroup mount");
        assert_eq!(mount.version, Cgroups::V1);
        assert_eq!(mount.root, Path::new("/docker/1"));
        assert_eq!(mount.point, Path::new("/sys/fs/cgroup/memory"));
        assert!(mount.controllers.contains(&"memory".to_owned()));
        let unified = parse_mount("35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate").expect("a mount");
        assert_eq!(unified.version, Cgroups::V2);
        assert!(parse_mount("24 1 0:22 / /proc rw - proc proc rw").is_none());
    }

    #[test]
    fn a_counter_is_read_by_its_whole_name() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "low 0\noom 3\noom_kill 2\noom_kill_disable 1\n").expect("to write");
        assert_eq!(counter(file.path(), "oom_kill"), 2);
        assert_eq!(counter(file.path(), "max"), 0);
        assert_eq!(counter(Path::new("/no/such/file"), "max"), 0);
    }
}
