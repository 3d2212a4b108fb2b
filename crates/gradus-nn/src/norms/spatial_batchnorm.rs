//! Spatial batch normalisation: each channel to mean 0 and variance 1 over all images of the batch and all places in them.
//!
//! The same as [`batchnorm_forward`](super::batchnorm_forward) of the rows (batch * height * width, channels), without the
//! transposed copies.
//!
//! Source: Ioffe and Szegedy, Batch normalization, 2015, section 3.2; CS231n, assignment 2.

use ndarray::{Array1, Array4, ArrayRef1, ArrayRef4, Axis};

use super::normalise::{Moments, normalise, normalise_backward, scale_and_shift, scale_and_shift_backward};
use super::{BatchnormParam, require_parameters};
use crate::shape::require_same_shape;
use crate::{Mode, Scalar};

/// What [`spatial_batchnorm_backward`] needs.
#[derive(Debug, Clone)]
pub struct SpatialBatchnormCache<F> {
    /// The normalised input, (batch, channels, height, width).
    x_hat: Array4<F>,
    /// `1 / sqrt(var + eps)`, (channels).
    inv_std: Array1<F>,
    gamma: Array1<F>,
    mode: Mode,
}

/// Spatial batch normalisation: [`batchnorm_forward`](super::batchnorm_forward) with channels for features.
///
/// `out_nchw = gamma_c * (x_nchw - mean_c) / sqrt(var_c + eps) + beta_c`
///
/// Shapes: input `x` and output (batch, channels, height, width), scale `gamma` and shift `beta` (channels).
///
/// # Panics
/// If `gamma`, `beta` or a running statistic has not one value for each channel, or a training batch has no more elements in
/// a channel than `correction`.
///
/// ```
/// use gradus_nn::norms::{BatchnormParam, spatial_batchnorm_forward};
/// use ndarray::array;
/// let mut bn_param = BatchnormParam { eps: 0.0, ..BatchnormParam::new(1) };
/// let x = array![[[[3.0, 7.0]]], [[[7.0, 3.0]]]];
/// let (out, _) = spatial_batchnorm_forward(&x, &array![2.0], &array![1.0], &mut bn_param);
/// assert_eq!(out, array![[[[-1.0, 3.0]]], [[[3.0, -1.0]]]]);
/// ```
#[track_caller]
pub fn spatial_batchnorm_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
    bn_param: &mut BatchnormParam<F>,
) -> (Array4<F>, SpatialBatchnormCache<F>) {
    let (batch, channels, height, width) = x.dim();
    require_parameters("spatial_batchnorm_forward", "channel", x.shape(), channels, gamma, beta);
    bn_param.require("spatial_batchnorm_forward", "channel", x.shape());

    let mut x_hat = x.to_owned();
    let mut inv_std = Array1::zeros(channels);
    match bn_param.mode {
        Mode::Train => {
            let (mut mean, mut var) = (Array1::zeros(channels), Array1::zeros(channels));
            for (c, mut channel) in x_hat.axis_iter_mut(Axis(1)).enumerate() {
                let moments: Moments<F> = normalise(&mut channel, bn_param.eps);
                (mean[c], var[c], inv_std[c]) = (moments.mean, moments.var, moments.inv_std);
            }
            bn_param.update(&mean, &var, batch * height * width);
        }
        Mode::Evaluate => {
            for (c, mut channel) in x_hat.axis_iter_mut(Axis(1)).enumerate() {
                let (mean, scale) = (bn_param.running_mean[c], (bn_param.running_var[c] + bn_param.eps).sqrt().recip());
                channel.mapv_inplace(|x| (x - mean) * scale);
                inv_std[c] = scale;
            }
        }
    }
    let out = scale_and_shift(&x_hat, gamma, beta);
    (out, SpatialBatchnormCache { x_hat, inv_std, gamma: gamma.to_owned(), mode: bn_param.mode })
}

/// The gradients `(dx, dgamma, dbeta)` of [`spatial_batchnorm_forward`]: with the `n = batch * height * width` elements of
/// each channel,
///
/// `dx = gamma_c / sqrt(var_c + eps) * (dout - dbeta_c / n - x_hat * dgamma_c / n)`
///
/// `dgamma_c = sum dout * x_hat` and `dbeta_c = sum dout`, over the channel's elements
///
/// Shapes: upstream gradient `dout` and `dx` (batch, channels, height, width), `dgamma` and `dbeta` (channels). In
/// evaluation `dx = dout * gamma_c / sqrt(running_var_c + eps)`.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::norms::{BatchnormParam, spatial_batchnorm_backward, spatial_batchnorm_forward};
/// use ndarray::array;
/// let mut bn_param = BatchnormParam { eps: 0.0, ..BatchnormParam::new(1) };
/// let (_, cache) = spatial_batchnorm_forward(&array![[[[3.0, 7.0]]]], &array![2.0], &array![1.0], &mut bn_param);
/// let (dx, dgamma, dbeta) = spatial_batchnorm_backward(&array![[[[1.0, 3.0]]]], &cache);
/// assert_eq!((dx, dgamma, dbeta), (array![[[[0.0, 0.0]]]], array![2.0], array![4.0]));
/// ```
#[track_caller]
pub fn spatial_batchnorm_backward<F: Scalar>(
    dout: &ArrayRef4<F>,
    cache: &SpatialBatchnormCache<F>,
) -> (Array4<F>, Array1<F>, Array1<F>) {
    let SpatialBatchnormCache { x_hat, inv_std, gamma, mode } = cache;
    require_same_shape("spatial_batchnorm_backward", ("x", x_hat.shape()), ("dout", dout.shape()));

    let (mut dx, dgamma, dbeta) = scale_and_shift_backward(dout, x_hat, gamma);
    for (c, (mut channel, x_hat)) in dx.axis_iter_mut(Axis(1)).zip(x_hat.axis_iter(Axis(1))).enumerate() {
        match mode {
            Mode::Train => normalise_backward(&mut channel, &x_hat, inv_std[c]),
            Mode::Evaluate => channel.mapv_inplace(|slope| slope * inv_std[c]),
        }
    }
    (dx, dgamma, dbeta)
}
