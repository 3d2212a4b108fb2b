//! Loops whose rounds are split among threads.
//!
//! Each takes the number of operations of the whole loop, about: additions, multiplications or elements copied. Waking
//! a thread costs as much as some ten thousand of them, so small loops stay on the caller's thread.

use std::sync::{Mutex, PoisonError};

use super::threads;

/// From this number of operations on, several threads are faster than one.
const WORTH_IT: usize = 1 << 16;

/// Calls `body` with each item, in no particular order. The items must not depend on each other.
pub(crate) fn for_each<T>(items: impl Iterator<Item = T> + Send, operations: usize, body: impl Fn(T) + Sync) {
    for_each_with(items, operations, || (), |(), item| body(item));
}

/// [`for_each`] with something that each thread makes once and uses for all its items: room for intermediate results.
pub(crate) fn for_each_with<T, S>(
    items: impl Iterator<Item = T> + Send,
    operations: usize,
    make: impl Fn() -> S + Sync,
    body: impl Fn(&mut S, T) + Sync,
) {
    let parts = parts(operations).min(items.size_hint().1.unwrap_or(usize::MAX));
    if parts <= 1 {
        let mut made = make();
        return items.for_each(|item| body(&mut made, item));
    }
    // Whoever is free takes the next item: a thread that wakes up late does less.
    let items = Mutex::new(items.fuse());
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    threads::run(parts, |_| {
        let Some(mut item) = next() else { return };
        let mut made = make();
        loop {
            body(&mut made, item);
            match next() {
                Some(next) => item = next,
                None => return,
            }
        }
    });
}

/// Splits the items into as many runs of neighbours as there are threads, and folds each run: `body` takes each item into what
/// `make` made for its run. Gives back what became of each run, in order, so that sums do not depend on which thread was
/// faster.
pub(crate) fn fold<T: Send, S: Send>(
    items: impl ExactSizeIterator<Item = T>,
    operations: usize,
    make: impl Fn() -> S + Sync,
    body: impl Fn(&mut S, T) + Sync,
) -> Vec<S> {
    let (count, mut items) = (items.len(), items);
    let parts = parts(operations).min(count.max(1));
    let share = |part: usize| count * (part + 1) / parts - count * part / parts;
    let runs: Vec<_> = (0..parts).map(|part| Mutex::new((items.by_ref().take(share(part)).collect(), None))).collect();
    threads::run(parts, |part| {
        let run: &mut (Vec<T>, Option<S>) = &mut runs[part].lock().unwrap_or_else(PoisonError::into_inner);
        let mut made = make();
        run.0.drain(..).for_each(|item| body(&mut made, item));
        run.1 = Some(made);
    });
    let result = |run: Mutex<(Vec<T>, Option<S>)>| run.into_inner().unwrap_or_else(PoisonError::into_inner).1;
    runs.into_iter().map(|run| result(run).expect("every run has been folded")).collect()
}

/// How many threads are worth their while.
pub(super) fn parts(operations: usize) -> usize {
    if operations < WORTH_IT || threads::inside() { 1 } else { threads::threads() }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_item_comes_once_on_one_thread_and_on_several() {
        for operations in [0, usize::MAX] {
            for count in [0, 1, 2, 3, 100] {
                let mut seen = vec![0; count];
                for_each(seen.iter_mut(), operations, |seen| *seen += 1);
                assert_eq!(seen, vec![1; count], "{operations} operations");
                let runs = fold(0..count, operations, Vec::new, |run, index| run.push(index));
                assert_eq!(runs.concat(), Vec::from_iter(0..count), "{operations} operations");
            }
        }
    }

    #[test]
    fn what_a_thread_makes_serves_all_its_items() {
        for operations in [0, usize::MAX] {
            let (made, sum) = (AtomicUsize::new(0), AtomicUsize::new(0));
            for_each_with(
                0..100,
                operations,
                || made.fetch_add(1, Ordering::Relaxed),
                |_, item| {
                    sum.fetch_add(item, Ordering::Relaxed);
                },
            );
            assert_eq!(sum.into_inner(), 4950);
            assert!((1..=parts(operations)).contains(&made.into_inner()));
        }
    }
}
