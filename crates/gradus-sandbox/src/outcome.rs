//! How a job ended, and the one function that decides it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Level;

/// How a job ended. Not a verdict: exit code 0 only says that the program chose to say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It ended by itself.
    Exited {
        /// Its exit code.
        code: i32,
    },
    /// It used up its CPU time.
    CpuLimit,
    /// It was still running when its time by the wall clock was over.
    WallLimit,
    /// It used too much memory, or stopped because it was refused more.
    MemoryLimit,
    /// It wrote too much to its standard streams.
    OutputLimit,
    /// It had too many processes and threads.
    ProcessLimit,
    /// A thread ran out of stack.
    StackOverflow,
    /// It was ended by a signal for none of the reasons above.
    Signal {
        /// The signal's number.
        signal: i32,
    },
    /// The caller ended it.
    Killed,
    /// It was not started, because a layer of the sandbox did not take.
    Refused {
        /// Which and why.
        what: String,
    },
    /// It was not started or not seen to its end for another reason: a missing program, a fault of the machine.
    Fault {
        /// What happened.
        what: String,
    },
}

/// A job that has ended; nothing of it is left running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub outcome: Outcome,
    /// User and system time of all its processes.
    pub cpu: Duration,
    /// Time from start to end.
    pub wall: Duration,
    /// Most resident memory seen, over all its processes.
    pub peak_memory_bytes: u64,
    /// What it wrote to standard output.
    pub stdout: Captured,
    /// What it wrote to standard error.
    pub stderr: Captured,
    /// The level it ran at.
    pub level: Level,
    /// What was particular in this run, as text for a report: a layer weakened for its sake.
    pub notes: Vec<String>,
}

/// The beginning of what was written to a stream. Hostile text: escape it before showing it anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// The bytes kept.
    pub bytes: Vec<u8>,
    /// How many were written.
    pub total_bytes: u64,
}

impl Captured {
    /// Whether more was written than kept.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.total_bytes > self.bytes.len() as u64
    }

    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Everything known about an ended job that has a bearing on its outcome.
#[derive(Debug, Default)]
pub(crate) struct End<'a> {
    /// Why the launcher or the caller ended it.
    pub stopped: Option<Outcome>,
    /// What kept it from starting.
    pub not_started: Option<Outcome>,
    /// The exit code, or the negative number of the signal.
    pub status: Option<i32>,
    pub cpu: Duration,
    pub cpu_limit: Duration,
    /// The last few kilobytes of standard error.
    pub last_words: &'a [u8],
}

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGSEGV: i32 = 11;
const SIGXCPU: i32 = 24;

impl End<'_> {
    /// The outcome. What the launcher saw goes before what the job says by its exit code.
    pub fn outcome(self) -> Outcome {
        let out_of_time = self.cpu >= self.cpu_limit;
        match (&self.not_started, &self.stopped, self.status) {
            (Some(outcome), _, _) | (None, Some(outcome), _) => outcome.clone(),
            (None, None, Some(code)) if code >= 0 => Outcome::Exited { code },
            (None, None, Some(status)) => match -status {
                SIGXCPU => Outcome::CpuLimit,
                SIGKILL if out_of_time => Outcome::CpuLimit,
                SIGABRT if self.said(b"memory allocation of ") => Outcome::MemoryLimit,
                SIGABRT | SIGSEGV if self.said(b"has overflowed its stack") => Outcome::StackOverflow,
                signal => Outcome::Signal { signal },
            },
            (None, None, None) => Outcome::Fault { what: "the job's keeper ended without a report".into() },
        }
    }

    fn said(&self, text: &[u8]) -> bool {
        self.last_words.windows(text.len()).any(|window| window == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(status: i32) -> End<'static> {
        End { status: Some(status), cpu_limit: Duration::from_secs(1), ..End::default() }
    }

    #[test]
    fn the_end_of_a_job_is_named_after_its_cause() {
        assert_eq!(end(0).outcome(), Outcome::Exited { code: 0 });
        assert_eq!(end(137).outcome(), Outcome::Exited { code: 137 });
        assert_eq!(end(-11).outcome(), Outcome::Signal { signal: 11 });
        assert_eq!(end(-24).outcome(), Outcome::CpuLimit);
        assert_eq!(end(-9).outcome(), Outcome::Signal { signal: 9 });
        assert_eq!(End { cpu: Duration::from_secs(1), ..end(-9) }.outcome(), Outcome::CpuLimit);
        let memory = End { last_words: b"memory allocation of 64 bytes failed", ..end(-6) };
        assert_eq!(memory.outcome(), Outcome::MemoryLimit);
        let exit = End { last_words: b"memory allocation of 64 bytes failed", ..end(1) };
        assert_eq!(exit.outcome(), Outcome::Exited { code: 1 });
        let stack = End { last_words: b"thread 'a' has overflowed its stack\n", ..end(-6) };
        assert_eq!(stack.outcome(), Outcome::StackOverflow);
    }

    #[test]
    fn what_the_launcher_saw_goes_before_what_the_job_says() {
        let stopped = Some(Outcome::OutputLimit);
        assert_eq!(End { stopped: stopped.clone(), ..end(0) }.outcome(), Outcome::OutputLimit);
        let refused = Outcome::Refused { what: "no".into() };
        let both = End { stopped, not_started: Some(refused.clone()), ..end(0) };
        assert_eq!(both.outcome(), refused);
        assert!(matches!(End::default().outcome(), Outcome::Fault { .. }));
    }
}
