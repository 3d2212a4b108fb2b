//! Functions of each element, on several threads.

use ndarray::{Array, ArrayRef, CowArray, Dimension, IntoDimension, Zip};

use super::fresh::Fresh;
use super::parallel::for_each;
use crate::Scalar;

/// How many elements a thread takes at a time: the operands of a few arrays stay in its cache.
const AT_ONCE: usize = 1 << 13;

/// `f(a)` for each element. The result is row-major.
pub(crate) fn map<A, R, D>(a: &ArrayRef<A, D>, f: impl Fn(A) -> R + Sync) -> Array<R, D>
where
    A: Copy + Sync,
    R: Copy + Default + Send + Sync,
    D: Dimension,
{
    let a = a.as_standard_layout();
    let mut results = Fresh::new(a.len());
    for_each(results.pieces(AT_ONCE).zip(slice(&a).chunks(AT_ONCE)), a.len(), |(result, a)| {
        result.zeroed().iter_mut().zip(a).for_each(|(result, &a)| *result = f(a));
    });
    results.into_array(a.raw_dim())
}

/// The two results of `f(a)` for each element, as two arrays, row-major.
pub(crate) fn map_twice<A, R, S, D>(a: &ArrayRef<A, D>, f: impl Fn(A) -> (R, S) + Sync) -> (Array<R, D>, Array<S, D>)
where
    A: Copy + Sync,
    R: Copy + Default + Send + Sync,
    S: Copy + Default + Send + Sync,
    D: Dimension,
{
    let a = a.as_standard_layout();
    let (mut first, mut second) = (Fresh::new(a.len()), Fresh::new(a.len()));
    let pieces = first.pieces(AT_ONCE).zip(second.pieces(AT_ONCE));
    for_each(pieces.zip(slice(&a).chunks(AT_ONCE)), a.len(), |((first, second), a)| {
        let results = first.zeroed().iter_mut().zip(second.zeroed());
        results.zip(a).for_each(|((first, second), &a)| (*first, *second) = f(a));
    });
    (first.into_array(a.raw_dim()), second.into_array(a.raw_dim()))
}

/// `f(a, b)` for each pair of elements of two arrays of one shape. The result is row-major.
pub(crate) fn map_pairs<A, B, R, D>(a: &ArrayRef<A, D>, b: &ArrayRef<B, D>, f: impl Fn(A, B) -> R + Sync) -> Array<R, D>
where
    A: Copy + Sync,
    B: Copy + Sync,
    R: Copy + Default + Send + Sync,
    D: Dimension,
{
    assert_eq!(a.shape(), b.shape(), "pairs need arrays of one shape");
    let (a, b) = (a.as_standard_layout(), b.as_standard_layout());
    let mut results = Fresh::new(a.len());
    let chunks = slice(&a).chunks(AT_ONCE).zip(slice(&b).chunks(AT_ONCE));
    for_each(results.pieces(AT_ONCE).zip(chunks), a.len(), |(result, (a, b))| {
        result.zeroed().iter_mut().zip(a.iter().zip(b)).for_each(|(result, (&a, &b))| *result = f(a, b));
    });
    results.into_array(a.raw_dim())
}

/// Calls `f` with the elements of three arrays to change, and those of a fourth, all of one shape.
pub(crate) fn update<F: Scalar, D: Dimension>(
    [a, b, c]: [&mut ArrayRef<F, D>; 3],
    d: &ArrayRef<F, D>,
    f: impl Fn(&mut F, &mut F, &mut F, F) + Sync,
) {
    let (len, d) = (a.len(), d.as_standard_layout());
    let (Some(a), Some(b), Some(c)) = (a.as_slice_mut(), b.as_slice_mut(), c.as_slice_mut()) else {
        return Zip::from(a).and(b).and(c).and(&d).for_each(|a, b, c, &d| f(a, b, c, d));
    };
    let changed = a.chunks_mut(AT_ONCE).zip(b.chunks_mut(AT_ONCE)).zip(c.chunks_mut(AT_ONCE));
    for_each(changed.zip(slice(&d).chunks(AT_ONCE)), len, |(((a, b), c), d)| {
        a.iter_mut().zip(b).zip(c).zip(d).for_each(|(((a, b), c), &d)| f(a, b, c, d));
    });
}

/// Zeros, set by all threads.
pub(crate) fn zeros<F: Scalar, D: Dimension>(shape: impl IntoDimension<Dim = D>) -> Array<F, D> {
    let shape = shape.into_dimension();
    let mut elements = Fresh::new(shape.size());
    for_each(elements.pieces(AT_ONCE), shape.size(), |piece| {
        piece.zeroed();
    });
    elements.into_array(shape)
}

/// A row-major copy.
pub(crate) fn copy<A, D>(a: &ArrayRef<A, D>) -> Array<A, D>
where
    A: Copy + Default + Send + Sync,
    D: Dimension,
{
    if !a.is_standard_layout() {
        return a.as_standard_layout().into_owned();
    }
    let a = a.as_standard_layout();
    let mut results = Fresh::new(a.len());
    for_each(results.pieces(AT_ONCE).zip(slice(&a).chunks(AT_ONCE)), a.len(), |(result, a)| {
        result.copied(a);
    });
    results.into_array(a.raw_dim())
}

fn slice<'a, A, D: Dimension>(a: &'a CowArray<'_, A, D>) -> &'a [A] {
    a.as_slice().expect("row-major")
}
