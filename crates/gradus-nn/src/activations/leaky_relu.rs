//! Leaky ReLU: ReLU with a small slope below 0, so that no unit is ever without a gradient.
//!
//! Source: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.

use ndarray::{Array, ArrayRef, Dimension};

use super::chain;
use crate::Scalar;

/// What [`leaky_relu_backward`] needs: the input and the slope below 0.
#[derive(Debug, Clone)]
pub struct LeakyReluCache<F, D: Dimension> {
    x: Array<F, D>,
    alpha: F,
}

/// Leaky ReLU of each element: `out = x` where `x > 0`, and `alpha * x` elsewhere.
///
/// Shapes: input `x` and output are alike. `alpha` is the slope below 0, often 0.01.
///
/// ```
/// use gradus_nn::activations::leaky_relu_forward;
/// use ndarray::array;
/// let (out, _) = leaky_relu_forward(&array![[-1.0, 0.0, 2.0]], 0.01);
/// assert_eq!(out, array![[-0.01, 0.0, 2.0]]);
/// ```
pub fn leaky_relu_forward<F: Scalar, D: Dimension>(
    x: &ArrayRef<F, D>,
    alpha: F,
) -> (Array<F, D>, LeakyReluCache<F, D>) {
    let out = x.mapv(|x| if x > F::zero() { x } else { alpha * x });
    (out, LeakyReluCache { x: x.to_owned(), alpha })
}

/// The gradient of [`leaky_relu_forward`]: `dx = dout` where `x > 0`, and `alpha * dout` elsewhere.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::activations::{leaky_relu_backward, leaky_relu_forward};
/// use ndarray::array;
/// let (_, cache) = leaky_relu_forward(&array![-1.0, 2.0], 0.5);
/// assert_eq!(leaky_relu_backward(&array![5.0, 6.0], &cache), array![2.5, 6.0]);
/// ```
#[track_caller]
pub fn leaky_relu_backward<F: Scalar, D: Dimension>(
    dout: &ArrayRef<F, D>,
    cache: &LeakyReluCache<F, D>,
) -> Array<F, D> {
    chain("leaky_relu_backward", dout, &cache.x, |x| if x > F::zero() { F::one() } else { cache.alpha })
}
