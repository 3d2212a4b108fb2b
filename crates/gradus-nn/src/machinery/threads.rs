//! The threads that the library computes with.
//!
//! The caller's thread does its share, and a pool of helpers the rest. The pool is made when the first large enough
//! piece of work comes, once per process: a child made by `fork` has its parent's memory but none of its threads, and
//! so makes its own. Where threads cannot be made, as in a sandbox, the caller's thread does everything.

use std::cell::Cell;
use std::num::NonZero;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// The number of threads that layers, losses and products compute with, the caller's own among them.
///
/// It is what [`set_threads`] was given last; else the environment variable `GRADUS_THREADS`, if that is a number above
/// 0; else the number of cores that this process may use. Small arrays are computed by one thread whatever the number,
/// and so is everything where the system lets the process make no threads.
///
/// ```
/// gradus_nn::set_threads(1);
/// assert_eq!(gradus_nn::threads(), 1);
/// ```
pub fn threads() -> usize {
    static DEFAULT: OnceLock<usize> = OnceLock::new();
    match REQUESTED.load(Ordering::Relaxed) {
        0 => *DEFAULT.get_or_init(|| {
            let wanted = std::env::var("GRADUS_THREADS").ok().and_then(|text| text.parse().ok());
            wanted.filter(|&count| count > 0).unwrap_or_else(cores)
        }),
        count => count,
    }
}

/// Sets the number of [`threads`] for the whole process. With the same number the results are the same to the last bit;
/// with another they may differ by rounding, because sums are split among the threads.
///
/// # Panics
/// If `count` is 0.
///
/// ```
/// gradus_nn::set_threads(2);
/// assert_eq!(gradus_nn::threads(), 2);
/// ```
#[track_caller]
pub fn set_threads(count: usize) {
    assert!(count > 0, "set_threads: the count must be at least 1, but is 0");
    REQUESTED.store(count, Ordering::Relaxed);
}

/// Calls `work` with each number below `parts`, each on a thread of its own where threads can be had, and returns when all
/// calls have. Work within work stays on its thread.
pub(super) fn run(parts: usize, work: impl Fn(usize) + Sync) {
    let pool = if parts > 1 && !INSIDE.get() { pool(parts - 1) } else { None };
    let Some(pool) = pool else {
        return (0..parts).for_each(work);
    };
    let work = &|part| {
        let _inside = Inside::enter();
        work(part);
    };
    let finished = &AtomicUsize::new(0);
    pool.in_place_scope(|scope| {
        (1..parts).for_each(|part| {
            scope.spawn(move |_| {
                work(part);
                finished.fetch_add(1, Ordering::Release);
                if !LINGERS.get() {
                    rayon::spawn(linger);
                }
            });
        });
        work(0);
        // The others are nearly done as a rule, and to fall asleep and be woken takes longer than they do.
        let mut patience = PATIENCE;
        while finished.load(Ordering::Acquire) < parts - 1 && patience > 0 {
            std::hint::spin_loop();
            patience -= 1;
        }
    });
}

/// How many times to look for news before falling asleep: some tenths of a millisecond.
const PATIENCE: usize = 1 << 12;

/// Keeps a helper awake for a while after its work, because layers have one piece of work after another.
fn linger() {
    LINGERS.set(true);
    let mut patience = PATIENCE;
    while patience > 0 {
        // Runs a piece of work if there is one.
        if let Some(rayon::Yield::Executed) = rayon::yield_now() {
            patience = PATIENCE;
        } else {
            std::hint::spin_loop();
            patience -= 1;
        }
    }
    LINGERS.set(false);
}

/// Whether this thread is in the middle of a part of some work, which is not split once more.
pub(super) fn inside() -> bool {
    INSIDE.get()
}

/// 0: not requested.
static REQUESTED: AtomicUsize = AtomicUsize::new(0);

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    /// Whether this thread is in `linger`.
    static LINGERS: Cell<bool> = const { Cell::new(false) };
}

/// Sets the mark until the end of the scope, a panic's too.
struct Inside;

impl Inside {
    fn enter() -> Self {
        INSIDE.set(true);
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

/// The helpers of one process.
struct Helpers {
    process: u32,
    count: usize,
    /// None where threads cannot be made.
    pool: Option<ThreadPool>,
}

/// The newest helpers, of this process or of one that it was forked from. Never freed once they are here, because others
/// may be using them; no lock, because a child forked while its parent held one would wait for ever.
static HELPERS: AtomicPtr<Helpers> = AtomicPtr::new(ptr::null_mut());

/// A pool of this process with at least `count` threads, or none if threads cannot be made.
#[expect(unsafe_code, reason = "the pool is replaced without a lock")]
fn pool(count: usize) -> Option<&'static ThreadPool> {
    loop {
        let current = HELPERS.load(Ordering::Acquire);
        // SAFETY: what is stored came out of a box that is never freed, and is only read.
        let helpers = unsafe { current.as_ref() };
        let process = std::process::id();
        if let Some(helpers) = helpers.filter(|helpers| helpers.process == process && helpers.count >= count) {
            return helpers.pool.as_ref();
        }
        let name = |index| format!("gradus-nn helper {index}");
        let pool = ThreadPoolBuilder::new().num_threads(count).thread_name(name).build().ok();
        let new = Box::into_raw(Box::new(Helpers { process, count, pool }));
        if HELPERS.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // Another thread was first.
            // SAFETY: the box was made above, and its pointer has gone nowhere.
            drop(unsafe { Box::from_raw(new) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::panic::catch_unwind;
    use std::sync::{Barrier, Mutex};
    use std::thread::{ThreadId, current};

    use super::*;

    /// Runs two parts, each of which waits for the other if `together`, and gives back who ran them.
    fn who(together: bool) -> HashSet<ThreadId> {
        let (both, ids) = (Barrier::new(2), Mutex::new(Vec::new()));
        run(2, |_| {
            ids.lock().unwrap().push(current().id());
            if together {
                both.wait();
            }
        });
        let ids = ids.into_inner().unwrap();
        assert_eq!(ids.len(), 2);
        ids.into_iter().collect()
    }

    /// Whether `check` holds in a child made by `fork`; one that hangs is ended after a while.
    #[expect(unsafe_code, reason = "the standard library has no fork")]
    fn holds_in_a_fork(check: fn() -> bool) -> bool {
        // SAFETY: the child runs `check` and ends by `_exit`. The C library keeps its allocator whole over a fork.
        unsafe {
            match libc::fork() {
                0 => {
                    libc::alarm(60);
                    let well = catch_unwind(check).unwrap_or(false);
                    libc::_exit(if well { 0 } else { 1 })
                }
                child => {
                    let mut status = 0;
                    child > 0 && libc::waitpid(child, &mut status, 0) == child && status == 0
                }
            }
        }
    }

    #[test]
    fn each_part_has_a_thread() {
        assert_eq!(who(true).len(), 2);
    }

    #[test]
    fn work_within_work_stays_on_its_thread() {
        run(2, |_| {
            let outer = current().id();
            run(2, |_| assert_eq!(current().id(), outer));
        });
    }

    #[test]
    fn a_panic_comes_through_and_leaves_the_threads_in_order() {
        assert!(catch_unwind(|| run(2, |part| assert_eq!(part, 0))).is_err());
        assert!(catch_unwind(|| run(2, |part| assert_eq!(part, 1))).is_err());
        assert_eq!(who(true).len(), 2);
    }

    #[test]
    fn a_forked_child_has_threads_of_its_own() {
        assert_eq!(who(true).len(), 2);
        assert!(holds_in_a_fork(|| who(true).len() == 2));
    }

    #[test]
    fn where_threads_cannot_be_made_one_does_everything() {
        let alone = || {
            use seccompiler::{BpfProgram, SeccompAction::*, SeccompFilter, TargetArch, apply_filter};
            let calls = [libc::SYS_clone, libc::SYS_clone3].map(|call| (call, vec![])).into();
            let target = TargetArch::try_from(std::env::consts::ARCH).expect("an architecture with filters");
            let refuse = SeccompFilter::new(calls, Allow, Errno(libc::EPERM as u32), target).expect("a filter");
            let program: BpfProgram = refuse.try_into().expect("a program");
            apply_filter(&program).expect("a filter may be installed");
            who(false) == HashSet::from([current().id()])
        };
        assert!(holds_in_a_fork(alone));
    }
}
