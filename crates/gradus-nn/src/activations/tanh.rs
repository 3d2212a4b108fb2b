//! The hyperbolic tangent: a sigmoid stretched to -1 to 1, and so centred at 0.
//!
//! Source: CS231n, notes on neural networks, part 1.

use ndarray::{Array, ArrayRef, Dimension};

use super::chain;
use crate::Scalar;
use crate::machinery::map;
use crate::machinery::vector::tanh_slope;

/// What [`tanh_backward`] needs: the output.
#[derive(Debug, Clone)]
pub struct TanhCache<F, D: Dimension> {
    out: Array<F, D>,
}

/// The hyperbolic tangent of each element: `out = tanh(x)`.
///
/// Shapes: input `x` and output are alike.
///
/// ```
/// use gradus_nn::activations::tanh_forward;
/// use ndarray::array;
/// let (out, _) = tanh_forward(&array![0.0, 1000.0]);
/// assert_eq!(out, array![0.0, 1.0]);
/// ```
pub fn tanh_forward<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>) -> (Array<F, D>, TanhCache<F, D>) {
    let out = map(x, F::tanh);
    (out.clone(), TanhCache { out })
}

/// The gradient of [`tanh_forward`]: `dx = dout * (1 - out^2)`.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::activations::{tanh_backward, tanh_forward};
/// use ndarray::array;
/// let (_, cache) = tanh_forward(&array![0.0, 1000.0]);
/// assert_eq!(tanh_backward(&array![3.0, 3.0], &cache), array![3.0, 0.0]);
/// ```
#[track_caller]
pub fn tanh_backward<F: Scalar, D: Dimension>(dout: &ArrayRef<F, D>, cache: &TanhCache<F, D>) -> Array<F, D> {
    chain("tanh_backward", dout, &cache.out, tanh_slope)
}
