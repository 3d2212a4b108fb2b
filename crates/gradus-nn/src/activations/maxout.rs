//! Maxout: the largest of several linear maps. ReLU and leaky ReLU are special cases.
//!
//! The maps are those of an affine layer with `units * pieces` outputs; maxout takes the largest of each `pieces` that stand
//! side by side.
//!
//! Source: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, Maxout networks, 2013.

use ndarray::{Array2, ArrayRef2};

use crate::Scalar;
use crate::shape::require_same_shape;

/// What [`maxout_backward`] needs: where each maximum came from.
#[derive(Debug, Clone)]
pub struct MaxoutCache {
    /// The column of `x` that won, (batch, units).
    winner: Array2<usize>,
    pieces: usize,
}

/// The largest of each group of `pieces` neighbours: `out_iu = max_{p < pieces} x_i,(u * pieces + p)`.
///
/// Shapes: input `x` (batch, units * pieces), output (batch, units). NaN wins over every number.
///
/// # Panics
/// If `pieces` is 0 or does not divide the number of columns of `x`.
///
/// ```
/// use gradus_nn::activations::maxout_forward;
/// use ndarray::array;
/// let (out, _) = maxout_forward(&array![[1.0, 3.0, -2.0, -5.0]], 2);
/// assert_eq!(out, array![[3.0, -2.0]]);
/// ```
#[track_caller]
pub fn maxout_forward<F: Scalar>(x: &ArrayRef2<F>, pieces: usize) -> (Array2<F>, MaxoutCache) {
    assert!(
        pieces > 0 && x.ncols().is_multiple_of(pieces),
        "maxout_forward: pieces must divide the columns of x, but x is {:?} and pieces is {pieces}",
        x.shape()
    );
    let units = x.ncols() / pieces;
    let winner = Array2::from_shape_fn((x.nrows(), units), |(i, unit)| {
        let better = |best: usize, j: usize| if x[[i, j]] > x[[i, best]] || x[[i, j]].is_nan() { j } else { best };
        (unit * pieces..(unit + 1) * pieces).reduce(better).expect("pieces is at least 1")
    });
    let out = Array2::from_shape_fn((x.nrows(), units), |(i, unit)| x[[i, winner[[i, unit]]]]);
    (out, MaxoutCache { winner, pieces })
}

/// The gradient of [`maxout_forward`]: the winner of each group gets `dout`, the others 0. Of equal values the first won.
///
/// Shapes: upstream gradient `dout` (batch, units), result `dx` (batch, units * pieces).
///
/// # Panics
/// If `dout` has another shape than the output had.
///
/// ```
/// use gradus_nn::activations::{maxout_backward, maxout_forward};
/// use ndarray::array;
/// let (_, cache) = maxout_forward(&array![[1.0, 3.0, -2.0, -5.0]], 2);
/// assert_eq!(maxout_backward(&array![[7.0, 8.0]], &cache), array![[0.0, 7.0, 8.0, 0.0]]);
/// ```
#[track_caller]
pub fn maxout_backward<F: Scalar>(dout: &ArrayRef2<F>, cache: &MaxoutCache) -> Array2<F> {
    require_same_shape("maxout_backward", ("out", cache.winner.shape()), ("dout", dout.shape()));
    let mut dx = Array2::zeros((dout.nrows(), dout.ncols() * cache.pieces));
    for ((i, unit), &winner) in cache.winner.indexed_iter() {
        dx[[i, winner]] = dout[[i, unit]];
    }
    dx
}
