//! The system calls that no safe library offers. All unsafe code of the crate is here.
//!
//! The launcher and its children have a single thread each, so that a child of `fork` may do everything its parent
//! could.

#![expect(unsafe_code, reason = "fork, execve and a few other calls exist only as raw system calls")]

use std::ffi::{CStr, CString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// What a call to [`fork`] returns in each of the two processes.
pub enum Fork {
    Parent(i32),
    Child,
}

/// Forks, with `CLONE_NEW*` flags for the child or with none.
pub fn fork(flags: i32) -> io::Result<Fork> {
    // SAFETY: without CLONE_VM and with no stack given, clone behaves like fork; this process has one thread, so the
    // child's copy of memory is consistent. The unused arguments are zero on every architecture.
    let pid = unsafe { libc::syscall(libc::SYS_clone, i64::from(flags | libc::SIGCHLD), 0_i64, 0_i64, 0_i64, 0_i64) };
    match pid {
        0 => Ok(Fork::Child),
        pid if pid > 0 => Ok(Fork::Parent(pid as i32)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Ends the process without running anything of the parent's that was copied into it.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Replaces this process by a program: by the file that `program` is open on, or, for a script (whose interpreter
/// could not open the descriptor), by its path. Returns only on failure.
pub fn execute(program: BorrowedFd<'_>, path: &CStr, arguments: &[CString], environment: &[CString]) -> io::Error {
    let pointers = |strings: &[CString]| -> Vec<*const libc::c_char> {
        strings.iter().map(|string| string.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: both lists end with a null pointer and, like the strings they point to, live until the call returns.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            program.as_raw_fd(),
            c"".as_ptr(),
            arguments.as_ptr(),
            environment.as_ptr(),
            libc::AT_EMPTY_PATH,
        );
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() != Some(libc::ENOENT) {
        return error;
    }
    // SAFETY: as above.
    unsafe { libc::execve(path.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}

/// Makes `number` a copy of `fd`, inherited by programs. What it was before is closed.
pub fn place(fd: BorrowedFd<'_>, number: RawFd) -> io::Result<()> {
    // SAFETY: the caller numbers only descriptors that nothing in this process owns (see `descriptors`).
    if unsafe { libc::dup2(fd.as_raw_fd(), number) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Closes descriptor `number`, which nothing in this process owns.
pub fn close(number: RawFd) {
    // SAFETY: as for `place`. An error says that it was not open, which is as well.
    unsafe { libc::close(number) };
}

/// Closes every descriptor from `first` on, or only makes them end with the next program.
pub fn close_from(first: u32, only_at_exec: bool) -> io::Result<()> {
    let flags = if only_at_exec { libc::CLOSE_RANGE_CLOEXEC } else { 0 };
    // SAFETY: called when nothing in this process owns a descriptor in that range, or with the flag that closes none
    // in this process.
    if unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, flags) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Takes ownership of a copy of a standard descriptor, numbered 10 or higher and closed in programs.
pub fn copy_of_standard(number: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: borrowed for one call; F_DUPFD_CLOEXEC fails if it is not open, and else returns a new descriptor.
    unsafe {
        match libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 10) {
            copy if copy >= 0 => Ok(OwnedFd::from_raw_fd(copy)),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

/// Sets attributes of a mount, or of it and all mounts below it. `attributes` are `MOUNT_ATTR_*`.
pub fn set_mount_attributes(mount: BorrowedFd<'_>, attributes: u64, recursive: bool) -> io::Result<()> {
    let wanted = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the structure is passed with its own size and outlives the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 },
            &raw const wanted,
            size_of::<libc::mount_attr>(),
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Looks at files as another user would, as long as `look` runs. Needs root; other privileges over files are
/// suspended with it.
pub fn with_file_identity<T>(user: u32, look: impl FnOnce() -> T) -> T {
    // SAFETY: the calls have no memory arguments. They report no errors; a failure leaves the identity of root, which
    // the checks made with it do not rest on.
    unsafe {
        libc::setfsgid(user);
        libc::setfsuid(user);
    }
    let seen = look();
    // SAFETY: as above.
    unsafe {
        libc::setfsuid(0);
        libc::setfsgid(0);
    }
    seen
}

/// How a process ended: its exit code, or the negative number of the signal; and its CPU time with that of the
/// children it waited for.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    pub pid: i32,
    pub status: i32,
    pub cpu: Duration,
    pub peak_memory_bytes: u64,
}

/// Waits for one child (or any, with -1). None if there is no such child, or with `block` false if none has ended.
pub fn wait(pid: i32, block: bool) -> Option<Ended> {
    let flags = if block { 0 } else { libc::WNOHANG };
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    loop {
        // SAFETY: both pointers are to live variables of the right type.
        let ended = unsafe { libc::wait4(pid, &raw mut status, flags, usage.as_mut_ptr()) };
        if ended < 0 && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted {
            continue;
        }
        if ended <= 0 {
            return None;
        }
        // SAFETY: all-zero bytes are a valid rusage, and wait4 has written over them.
        let usage = unsafe { usage.assume_init() };
        let time = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000);
        return Some(Ended {
            pid: ended,
            status: if libc::WIFSIGNALED(status) { -libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) },
            cpu: time(usage.ru_utime) + time(usage.ru_stime),
            peak_memory_bytes: usage.ru_maxrss as u64 * 1024,
        });
    }
}

/// The number of a child that has ended and not been waited for.
pub fn ended_child() -> Option<i32> {
    let mut details = MaybeUninit::<libc::siginfo_t>::zeroed();
    let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the pointer is to a live variable of the right type; all-zero bytes are a valid siginfo_t, and waitid
    // fills in the number, which stays zero if no child has ended.
    let pid = unsafe {
        if libc::waitid(libc::P_ALL, 0, details.as_mut_ptr(), flags) != 0 {
            return None;
        }
        details.assume_init().si_pid()
    };
    (pid > 0).then_some(pid)
}

/// Sends a signal; a process that has ended meanwhile is no error.
pub fn kill(pid: i32, signal: i32) {
    // SAFETY: kill has no memory arguments.
    unsafe { libc::kill(pid, signal) };
}

/// Blocks these signals, so that they wait for [`next_signal`].
pub fn block_signals(signals: &[i32]) {
    let set = signal_set(signals);
    // SAFETY: the set is initialised and outlives the call; no old set is asked for.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) };
}

/// Waits for one of these signals, blocked before, and returns its number.
pub fn next_signal(signals: &[i32]) -> i32 {
    let set = signal_set(signals);
    loop {
        // SAFETY: the set is initialised and outlives the call; no details are asked for.
        let signal = unsafe { libc::sigwaitinfo(&raw const set, std::ptr::null_mut()) };
        if signal > 0 {
            return signal;
        }
    }
}

/// Gives the program started next the signals as a fresh process has them: none blocked, none ignored.
pub fn reset_signals() {
    let none = signal_set(&[]);
    // SAFETY: the set is initialised; SIG_DFL is a valid action for each signal, and setting it for one whose action
    // is fixed is refused without harm. No Rust code relies on a handler afterwards: a program is started next.
    unsafe {
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL);
        }
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

/// Whether an internet socket can be made.
pub fn can_make_socket() -> bool {
    // SAFETY: no memory arguments; the descriptor, if there is one, is closed by its owner.
    unsafe {
        let fd = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        fd >= 0 && OwnedFd::from_raw_fd(fd).as_fd().as_raw_fd() == fd
    }
}

fn signal_set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the set, before anything is added to it and before it is returned.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}
