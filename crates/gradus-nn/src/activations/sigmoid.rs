//! The sigmoid: from any number to one between 0 and 1.
//!
//! Source: CS231n, notes on neural networks, part 1.

use ndarray::{Array, ArrayRef, Dimension};

use super::chain;
use crate::Scalar;

/// What [`sigmoid_backward`] needs: the output.
#[derive(Debug, Clone)]
pub struct SigmoidCache<F, D: Dimension> {
    out: Array<F, D>,
}

/// The sigmoid of each element: `out = 1 / (1 + exp(-x))`.
///
/// Shapes: input `x` and output are alike. Below 0 it is computed as `exp(x) / (1 + exp(x))`, so that no exponential is
/// above 1.
///
/// ```
/// use gradus_nn::activations::sigmoid_forward;
/// use ndarray::array;
/// let (out, _) = sigmoid_forward(&array![0.0, 1000.0, -1000.0]);
/// assert_eq!(out, array![0.5, 1.0, 0.0]);
/// ```
pub fn sigmoid_forward<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>) -> (Array<F, D>, SigmoidCache<F, D>) {
    let out = x.mapv(|x| {
        let exponential = (-x.abs()).exp();
        let numerator = if x < F::zero() { exponential } else { F::one() };
        numerator / (F::one() + exponential)
    });
    (out.clone(), SigmoidCache { out })
}

/// The gradient of [`sigmoid_forward`]: `dx = dout * out * (1 - out)`.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::activations::{sigmoid_backward, sigmoid_forward};
/// use ndarray::array;
/// let (_, cache) = sigmoid_forward(&array![0.0]);
/// assert_eq!(sigmoid_backward(&array![8.0], &cache), array![2.0]);
/// ```
#[track_caller]
pub fn sigmoid_backward<F: Scalar, D: Dimension>(dout: &ArrayRef<F, D>, cache: &SigmoidCache<F, D>) -> Array<F, D> {
    chain("sigmoid_backward", dout, &cache.out, |out| out * (F::one() - out))
}
