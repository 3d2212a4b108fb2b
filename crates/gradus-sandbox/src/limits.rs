//! How much a job may use. What happens on excess is in [`Outcome`](crate::Outcome).

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The limits of one job. The defaults suit a small computation; a compiler needs more of most.
///
/// CPU time, resident memory and the number of processes are measured over all processes of the job every
/// 10 milliseconds, so they can be exceeded by what the job does in that time. The kernel's own limits
/// (`setrlimit`) stand behind them.
///
/// ```
/// use std::time::Duration;
/// let limits = gradus_sandbox::Limits { wall: Duration::from_secs(5), ..Default::default() };
/// assert_eq!(limits.memory_bytes, 512 << 20);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// User and system time of all processes together. Default 10 s.
    pub cpu: Duration,
    /// Time from start to end as a clock on the wall shows it. Default 20 s.
    pub wall: Duration,
    /// Resident memory of all processes together; shared pages count once for each process. Default 512 MiB.
    pub memory_bytes: u64,
    /// Address space of each process: allocations beyond it fail. Default 2 GiB.
    pub address_space_bytes: u64,
    /// Processes and threads alive at one time. Default 16.
    pub processes: u32,
    /// Written to standard output and standard error together; the job is killed beyond. Default 16 MiB.
    pub output_bytes: u64,
    /// How much of each of the two streams is kept, from its start. Default 64 KiB.
    pub kept_output_bytes: u64,
    /// Size of any file the job writes. Default 1 MiB.
    pub file_bytes: u64,
    /// Open descriptors of each process. Default 32.
    pub open_files: u64,
    /// Stack of each process's first thread. Default 8 MiB.
    pub stack_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            cpu: Duration::from_secs(10),
            wall: Duration::from_secs(20),
            memory_bytes: 512 << 20,
            address_space_bytes: 2 << 30,
            processes: 16,
            output_bytes: 16 << 20,
            kept_output_bytes: 64 << 10,
            file_bytes: 1 << 20,
            open_files: 32,
            stack_bytes: 8 << 20,
        }
    }
}
