//! What all processes below one use together, and how to end them.

use std::fs;
use std::time::{Duration, Instant};

use rustix::param::{clock_ticks_per_second, page_size};

use super::sys;

/// A look at all processes below one.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Processes and threads.
    pub tasks: u32,
    pub resident_bytes: u64,
    /// Of those alive and of the children they waited for.
    pub cpu: Duration,
}

/// Adds up what the processes below `root` use, without `root`. Looks at no more than `most` processes: of a fork bomb
/// there is no need to see all.
pub fn sample(root: i32, most: usize) -> Sample {
    let mut sample = Sample::default();
    for pid in descendants(root, most) {
        let Some(status) = fs::read_to_string(format!("/proc/{pid}/stat")).ok().and_then(|text| parse(&text)) else {
            continue; // it has ended meanwhile
        };
        sample.tasks += status.tasks;
        sample.resident_bytes += status.resident_bytes;
        sample.cpu += status.cpu;
    }
    sample
}

/// The processor time of all threads alive below `root`, without `root`, to the nanosecond; none if the kernel does not
/// tell.
pub fn processor_time(root: i32) -> Option<Duration> {
    let mut nanoseconds = 0;
    for pid in descendants(root, usize::MAX) {
        for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
            // Its first number is the time on a processor.
            let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
            nanoseconds += text.split_whitespace().next()?.parse::<u64>().ok()?;
        }
    }
    Some(Duration::from_nanos(nanoseconds))
}

/// Ends every process below the calling one, whose number is `root`. They are first stopped, because a stopped process
/// cannot fork.
pub fn end_descendants(root: i32) {
    let give_up = Instant::now() + Duration::from_secs(10);
    while Instant::now() < give_up {
        let mut stopped = 0;
        loop {
            let now = descendants(root, usize::MAX);
            for pid in &now {
                sys::kill(*pid, libc::SIGSTOP);
            }
            if now.len() == stopped || Instant::now() >= give_up {
                break;
            }
            stopped = now.len();
        }
        let doomed = descendants(root, usize::MAX);
        for pid in &doomed {
            sys::kill(*pid, libc::SIGKILL);
        }
        // Those orphaned by this become children of the calling process.
        let mut reaped = 0;
        while reaped < doomed.len() && sys::wait(-1, true).is_some() {
            reaped += 1;
        }
        if descendants(root, 1).is_empty() {
            return;
        }
    }
}

/// The processes below `root`, without `root`; once there are `most`, no more are looked for.
fn descendants(root: i32, most: usize) -> Vec<i32> {
    let mut found = children(root);
    let mut next = 0;
    while next < found.len() && found.len() < most {
        found.extend(children(found[next]));
        next += 1;
    }
    found
}

/// The children of all threads of a process; none if it has ended.
fn children(pid: i32) -> Vec<i32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = threads.flatten().map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<i32>>()).collect()
}

/// Whether the kernel lists the children of a process; without that nothing could be measured. To be called before the
/// process closes itself to others.
pub fn can_be_read() -> bool {
    // Before Linux 6.4 they are found in a file of /proc that is closed then; once known, they are remembered.
    let _ = (page_size(), clock_ticks_per_second());
    let pid = std::process::id();
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).is_ok()
}

/// Reads the fields of `/proc/<pid>/stat`; the program's name before them may contain anything.
fn parse(text: &str) -> Option<Sample> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    // proc(5) numbers the fields from 1; the third is the first here.
    let field = |number: usize| fields.get(number - 3)?.parse::<i64>().ok().and_then(|value| u64::try_from(value).ok());
    let ticks = field(14)? + field(15)? + field(16)? + field(17)?;
    Some(Sample {
        tasks: u32::try_from(field(20)?).ok()?,
        resident_bytes: field(24)? * page_size() as u64,
        cpu: Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_program_cannot_forge_its_figures() {
        let text = "42 (a) R 1 (b) S 1 2 3 4 5 6 7 8 9 10 100 50 25 25 20 0 3 0 1000 4096 7 8 9\n";
        let sample = parse(text).expect("a line as in proc(5)");
        assert_eq!(sample.tasks, 3);
        assert_eq!(sample.resident_bytes, 7 * page_size() as u64);
        assert_eq!(sample.cpu, Duration::from_secs_f64(200.0 / clock_ticks_per_second() as f64));
        assert_eq!(parse("42 (a) R 1"), None);
    }

    #[test]
    fn a_child_is_counted() {
        let mut child = std::process::Command::new("/bin/sleep").arg("10").spawn().expect("sleep");
        let found = descendants(std::process::id() as i32, usize::MAX);
        assert!(found.contains(&(child.id() as i32)), "{found:?}");
        assert!(sample(std::process::id() as i32, usize::MAX).tasks >= 1);
        child.kill().and_then(|()| child.wait()).expect("to end it");
    }
}
