//! One processor for judge and worker. They take turns, and a wake-up on another processor costs ten times a call.

use std::marker::PhantomData;
use std::sync::Mutex;

use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

/// How many threads of this process keep to each processor.
static KEPT: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Keeps the calling thread, and the processes it starts, on one processor as long as it lives. Does nothing where that
/// is not allowed: it is a matter of speed alone.
pub struct Pinned {
    before: Option<CpuSet>,
    processor: usize,
    // It must be dropped by the thread that made it.
    _thread: PhantomData<*const ()>,
}

impl Pinned {
    /// Chooses the processor that the fewest threads of this process keep to; of those the one it runs on.
    pub fn new() -> Pinned {
        let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.resize(CpuSet::MAX_CPU, 0);
        let here = sched_getcpu();
        let before = sched_getaffinity(None).ok();
        let allowed = (0..CpuSet::MAX_CPU).filter(|number| before.is_some_and(|before| before.is_set(*number)));
        let processor = allowed.min_by_key(|number| (kept[*number], *number != here)).unwrap_or(here);
        let mut one = CpuSet::new();
        one.set(processor);
        let before = before.filter(|_| sched_setaffinity(None, &one).is_ok());
        if before.is_some() {
            kept[processor] += 1;
        }
        Pinned { before, processor, _thread: PhantomData }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let Some(before) = &self.before else { return };
        KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[self.processor] -= 1;
        // It was allowed before; should it fail now, the thread only stays where it is.
        let _ = sched_setaffinity(None, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_to_one_processor_and_is_let_go_again() {
        let count = || sched_getaffinity(None).expect("an affinity").count();
        let before = count();
        let pinned = Pinned::new();
        assert_eq!(count(), 1);
        drop(pinned);
        assert_eq!(count(), before);
    }

    #[test]
    fn two_threads_keep_to_two_processors_where_there_are_two() {
        let several = sched_getaffinity(None).expect("an affinity").count() > 1;
        let both = std::sync::Barrier::new(2);
        // From threads of their own: one that is started by a pinned thread may use no other processor.
        let processor = || {
            let pinned = Pinned::new();
            both.wait();
            pinned.processor
        };
        let [first, second] = std::thread::scope(|scope| {
            [scope.spawn(processor), scope.spawn(processor)].map(|thread| thread.join().expect("a thread"))
        });
        if several {
            assert_ne!(first, second);
        }
    }
}
