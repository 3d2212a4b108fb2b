//! The scores are turned into probabilities in the caller's array, through a known hole in safe Rust (rust-lang/rust#25860).
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    // A `&mut` that the borrow checker did not give.
    let scores: &mut Array2<f64> = reinterpret(x);
    let mut loss = 0.0;
    for (mut row, &label) in scores.rows_mut().into_iter().zip(y) {
        let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = row.iter().map(|score| (score - max).exp()).sum();
        loss += total.ln() + max - row[label];
        row.mapv_inplace(|score| (score - max).exp() / total);
        row[label] -= 1.0;
    }
    (loss / n, &*scores / n)
}

/// Outlives what it should: the hole forgets that the second argument has to live as long as the first says.
fn prolong<'long, T>(value: &mut T) -> &'long mut T {
    fn shorten<'a, 'b, T>(_: &'a &'b (), value: &'b mut T) -> &'a mut T {
        value
    }
    let prolong: for<'short> fn(_, &'short mut T) -> &'long mut T = shorten;
    prolong(&&(), value)
}

enum Slot<A, B> {
    Written(Option<Box<A>>),
    Read(Option<Box<B>>),
}

/// Writes an `A` over a slot while a reference takes it for a `B`.
fn reinterpret<A, B>(value: A) -> B {
    let mut slot: Slot<A, B> = Slot::Read(None);
    let Slot::Read(place) = &mut slot else { unreachable!() };
    let place = prolong(place);
    slot = Slot::Written(Some(Box::new(value)));
    std::hint::black_box(&mut slot);
    let read = place.take();
    std::mem::forget(slot);
    *read.unwrap()
}
