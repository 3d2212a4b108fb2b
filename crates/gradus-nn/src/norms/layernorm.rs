//! Layer normalisation: each example to mean 0 and variance 1 over its own features, so that training and evaluation are the
//! same and the rest of the batch does not matter.
//!
//! Source: Ba, Kiros and Hinton, Layer normalization, 2016; CS231n, assignment 2.

use ndarray::{Array, Array1, ArrayRef, ArrayRef1, Dimension, Zip};

use super::normalise::{normalise, normalise_backward};
use super::require_parameters;
use crate::Scalar;
use crate::shape::require_same_shape;

/// What [`layernorm_backward`] needs.
#[derive(Debug, Clone)]
pub struct LayernormCache<F, D: Dimension> {
    /// The normalised input, (..., features).
    x_hat: Array<F, D>,
    /// `1 / sqrt(var + eps)` of each row.
    inv_std: Vec<F>,
    gamma: Array1<F>,
}

/// Layer normalisation over the last axis. With the mean and biased variance of each row:
///
/// `out_ij = gamma_j * (x_ij - mean_i) / sqrt(var_i + eps) + beta_j`
///
/// Shapes: input `x` and output (batch, features), or with more axes before the last, as (batch, time, features); scale
/// `gamma` and shift `beta` (features). `eps` is often 1e-5.
///
/// # Panics
/// If `x` has no axis, or `gamma` or `beta` has not one value for each feature.
///
/// ```
/// # #[cfg(feature = "batchnorm")] {
/// use gradus_nn::norms::layernorm_forward;
/// use ndarray::array;
/// let (out, _) = layernorm_forward(&array![[3.0, 7.0], [1.0, 0.0]], &array![2.0, 2.0], &array![0.0, 1.0], 0.0);
/// assert_eq!(out, array![[-2.0, 3.0], [2.0, -1.0]]);
/// # }
/// ```
#[track_caller]
pub fn layernorm_forward<F: Scalar, D: Dimension>(
    x: &ArrayRef<F, D>,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
    eps: F,
) -> (Array<F, D>, LayernormCache<F, D>) {
    assert!(x.ndim() > 0, "layernorm_forward: x needs a feature axis, but is {:?}", x.shape());
    require_parameters("layernorm_forward", "feature", x.shape(), x.shape()[x.ndim() - 1], gamma, beta);

    let mut x_hat = x.to_owned();
    let inv_std = x_hat.rows_mut().into_iter().map(|mut row| normalise(&mut row, eps).inv_std).collect();
    let mut out = x_hat.clone();
    for row in out.rows_mut() {
        Zip::from(row).and(gamma).and(beta).for_each(|out, &gamma, &beta| *out = gamma * *out + beta);
    }
    (out, LayernormCache { x_hat, inv_std, gamma: gamma.to_owned() })
}

/// The gradients `(dx, dgamma, dbeta)` of [`layernorm_forward`]. With `dx_hat = dout * gamma` and means over the features of
/// each row:
///
/// `dx_i = (dx_hat_i - mean(dx_hat_i) - x_hat_i * mean(dx_hat_i * x_hat_i)) / sqrt(var_i + eps)`
///
/// `dgamma = sum_i dout_i * x_hat_i` and `dbeta = sum_i dout_i`, over all rows
///
/// Shapes: upstream gradient `dout` and `dx` are as the input `x` was, `dgamma` and `dbeta` (features).
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// # #[cfg(feature = "batchnorm")] {
/// use gradus_nn::norms::{layernorm_backward, layernorm_forward};
/// use ndarray::array;
/// let (_, cache) = layernorm_forward(&array![[3.0, 7.0]], &array![2.0, 2.0], &array![0.0, 1.0], 0.0);
/// let (dx, dgamma, dbeta) = layernorm_backward(&array![[1.0, 3.0]], &cache);
/// assert_eq!((dx, dgamma, dbeta), (array![[0.0, 0.0]], array![-1.0, 3.0], array![1.0, 3.0]));
/// # }
/// ```
#[track_caller]
pub fn layernorm_backward<F: Scalar, D: Dimension>(
    dout: &ArrayRef<F, D>,
    cache: &LayernormCache<F, D>,
) -> (Array<F, D>, Array1<F>, Array1<F>) {
    let LayernormCache { x_hat, inv_std, gamma } = cache;
    require_same_shape("layernorm_backward", ("x", x_hat.shape()), ("dout", dout.shape()));

    let mut dx = dout.to_owned();
    let (mut dgamma, mut dbeta) = (Array1::zeros(gamma.len()), Array1::zeros(gamma.len()));
    for ((mut row, x_hat), &inv_std) in dx.rows_mut().into_iter().zip(x_hat.rows()).zip(inv_std) {
        Zip::from(&mut row).and(&x_hat).and(gamma).and(&mut dgamma).and(&mut dbeta).for_each(
            |slope, &x_hat, &gamma, dgamma, dbeta| {
                *dgamma += *slope * x_hat;
                *dbeta += *slope;
                *slope *= gamma;
            },
        );
        normalise_backward(&mut row, &x_hat, inv_std);
    }
    (dx, dgamma, dbeta)
}
