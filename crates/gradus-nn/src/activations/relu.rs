//! ReLU, the rectified linear unit: `max(0, x)`.
//!
//! Source: Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, 2010; CS231n, notes on neural
//! networks, part 1.

use std::marker::PhantomData;

use ndarray::{Array, ArrayRef, Dimension};

use crate::Scalar;
use crate::machinery::{map_pairs, map_twice};
use crate::shape::require_same_shape;

/// What [`relu_backward`] needs: where the input was above 0.
#[derive(Debug, Clone)]
pub struct ReluCache<F, D: Dimension> {
    positive: Array<bool, D>,
    scalar: PhantomData<F>,
}

/// ReLU of each element: `out = max(0, x)`. NaN stays NaN.
///
/// Shapes: input `x` and output are alike.
///
/// ```
/// # #[cfg(feature = "two_layer_net")] {
/// use gradus_nn::activations::relu_forward;
/// use ndarray::array;
/// let (out, _) = relu_forward(&array![[-1.0, 0.0, 2.0]]);
/// assert_eq!(out, array![[0.0, 0.0, 2.0]]);
/// # }
/// ```
pub fn relu_forward<F: Scalar, D: Dimension>(x: &ArrayRef<F, D>) -> (Array<F, D>, ReluCache<F, D>) {
    let (out, positive) = map_twice(x, |x| (if x < F::zero() { F::zero() } else { x }, x > F::zero()));
    (out, ReluCache { positive, scalar: PhantomData })
}

/// The gradient of [`relu_forward`]: `dx = dout` where `x > 0`, and 0 elsewhere, also at the kink.
///
/// Shapes: upstream gradient `dout` and result `dx` are as the input `x` was.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// # #[cfg(feature = "two_layer_net")] {
/// use gradus_nn::activations::{relu_backward, relu_forward};
/// use ndarray::array;
/// let (_, cache) = relu_forward(&array![-1.0, 0.0, 2.0]);
/// assert_eq!(relu_backward(&array![5.0, 6.0, 7.0], &cache), array![0.0, 0.0, 7.0]);
/// # }
/// ```
#[track_caller]
pub fn relu_backward<F: Scalar, D: Dimension>(dout: &ArrayRef<F, D>, cache: &ReluCache<F, D>) -> Array<F, D> {
    let ReluCache { positive, .. } = cache;
    require_same_shape("relu_backward", ("x", positive.shape()), ("dout", dout.shape()));
    map_pairs(dout, positive, |dout, positive| if positive { dout } else { F::zero() })
}
