//! What runs inside the sandbox beside the student's functions: it answers calls to them and holds no expected value.
//!
//! The judge compiles, for each submission, a `main` of one line that hands the student's functions to [`serve`].
//! Requests come on descriptor 0, replies go to descriptor 1; what the student prints goes to descriptor 2.
//! Limits, time and verdicts are the judge's and the sandbox's business.

mod threads;

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::thread;

use gradus_question::{Answer, protocol};

pub use gradus_assignments as assignments;

/// The stack of the thread that runs the student's functions. On a thread of its own an overflow is recognised and
/// named; on the main thread, without `/proc`, it would be a bare SIGSEGV.
const STACK_BYTES: usize = 64 << 20;

/// Answers requests until there are no more.
///
/// # Errors
/// When the descriptors cannot be set up; a pipe that closes ends the loop without an error.
pub fn serve(functions: &'static (dyn Answer + Sync)) -> io::Result<()> {
    let (requests, replies) = take_channel()?;
    // Calls with large arrays have much the same sizes again and again.
    gradus_nn::keep_freed_memory();
    protocol::note_panics();
    thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || {
            threads::forbid()?;
            answer_all(functions, BufReader::new(File::from(requests)), File::from(replies))
        })?
        .join()
        .map_err(|_| io::Error::other("the answering thread panicked"))?
}

fn answer_all(functions: &dyn Answer, mut requests: impl Read, mut replies: impl Write) -> io::Result<()> {
    while let Some((nonce, request)) = protocol::read_frame(&mut requests)? {
        let reply = protocol::answer(functions, &request);
        protocol::write_frame(&mut replies, nonce, &reply)?;
    }
    Ok(())
}

/// Moves the two pipes off the standard descriptors, so that `println!` and `stdin()` of the student's code do not
/// meet them.
fn take_channel() -> io::Result<(OwnedFd, OwnedFd)> {
    let requests = io::stdin().as_fd().try_clone_to_owned()?;
    let replies = io::stdout().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    // Reading from it is an error, which is all that an answer should get.
    rustix::stdio::dup2_stdin(io::stderr())?;
    Ok((requests, replies))
}
