//! ELU, the exponential linear unit: it bends to `-alpha` below 0, which keeps the mean of its outputs near 0.
//!
//! Source: Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential linear units, 2016.

use ndarray::{Array, ArrayRef, Dimension};

use super::chain;
use crate::Scalar;

/// What [`elu_backward`] needs: the input and the scale of the exponential.
#[derive(Debug, Clone)]
pub struct EluCache<F, D: Dimension> {
    x: Array<F, D>,
    alpha: F,
}

/// ELU of each element: `out = x` where `x > 0`, and `alpha * (exp(x) - 1)` elsewhere.
///
/// Shapes: input `x` and output are alike. `alpha` is often 1, which makes the slope continuous.
///
/// ```
/// use gradus_nn::activations::elu_forward;
/// use ndarray::array;
/// let (out, _) = elu_forward(&array![-1000.0, 0.0, 2.0], 1.5);
/// assert_eq!(out, array![-1.5, 0.0, 2.0]);
/// ```
pub fn elu_forward<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>, alpha: F) -> (Array<F, D>, EluCache<F, D>) {
    let out = x.mapv(|x| if x > F::zero() { x } else { alpha * x.exp_m1() });
    (out, EluCache { x: x.to_owned(), alpha })
}

/// The gradient of [`elu_forward`]: `dx = dout` where `x > 0`, and `alpha * exp(x) * dout` elsewhere.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::activations::{elu_backward, elu_forward};
/// use ndarray::array;
/// let (_, cache) = elu_forward(&array![0.0, 2.0], 1.5);
/// assert_eq!(elu_backward(&array![2.0, 2.0], &cache), array![3.0, 2.0]);
/// ```
#[track_caller]
pub fn elu_backward<F: Scalar, D: Dimension>(dout: &ArrayRef<F, D>, cache: &EluCache<F, D>) -> Array<F, D> {
    chain("elu_backward", dout, &cache.x, |x| if x > F::zero() { F::one() } else { cache.alpha * x.exp() })
}
