//! The launcher's descriptors. Everything it uses itself has number 10 or higher, so that 0 to 2 are free for the job.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::io::fcntl_dupfd_cloexec;

use super::sys;

/// What the caller has passed on.
pub struct Caller {
    pub control: UnixStream,
    pub channel: Channel,
}

/// The worker's ends of its two pipes (for other jobs: `/dev/null`).
pub struct Channel {
    pub requests: OwnedFd,
    pub replies: OwnedFd,
}

/// A pipe whose two ends are out of the job's way.
pub struct Pipe {
    pub read: File,
    pub write: File,
}

impl Pipe {
    pub fn new() -> io::Result<Pipe> {
        let (read, write) = io::pipe()?;
        Ok(Pipe { read: raise(&read)?, write: raise(&write)? })
    }
}

/// Takes over what the caller passed as standard descriptors, puts `/dev/null` there, and closes all others, which
/// the caller leaked.
pub fn take_over() -> io::Result<Caller> {
    if sys::close_from(3, false).is_err() {
        // Before Linux 5.9.
        (3..65536).for_each(sys::close);
    }
    let caller = Caller {
        control: UnixStream::from(sys::copy_of_standard(0)?),
        channel: Channel { replies: sys::copy_of_standard(1)?, requests: sys::copy_of_standard(2)? },
    };
    let null = OpenOptions::new().read(true).write(true).open("/dev/null")?;
    for number in 0..3 {
        sys::place(null.as_fd(), number)?;
    }
    Ok(caller)
}

/// A copy with a number of 10 or higher, closed in programs.
pub fn raise(fd: impl AsFd) -> io::Result<File> {
    Ok(File::from(fcntl_dupfd_cloexec(fd, 10)?))
}
