//! Spatial batch normalisation: each channel to mean 0 and variance 1 over all images of the batch and all places in them.
//!
//! The same as [`batchnorm_forward`](super::batchnorm_forward) of the rows (batch * height * width, channels), without the
//! transposed copies.
//!
//! Source: Ioffe and Szegedy, Batch normalization, 2015, section 3.2; CS231n, assignment 2.

use ndarray::{Array1, Array4, ArrayRef1, ArrayRef4};

use super::normalise::Moments;
use super::{BatchnormParam, require_parameters};
use crate::machinery::{Fresh, for_each_with, sum_and_dot, sum_of};
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

    let (x, places) = (x.as_standard_layout(), height * width);
    let (mut x_hat, mut out) = (Fresh::new(x.len()), Fresh::new(x.len()));
    let running = bn_param.running_mean.iter().zip(&bn_param.running_var);
    let mut moments = Vec::from_iter(running.map(|(&mean, &var)| Moments::new(mean, var, bn_param.eps)));

    // A channel's elements stay in a thread's cache from the first pass over them to the last.
    let xs = by_channel(x.as_slice().expect("row-major").chunks_exact(places.max(1)), channels);
    let results = x_hat.pieces(places.max(1)).zip(out.pieces(places.max(1)));
    let tasks = xs.into_iter().zip(by_channel(results, channels)).zip(&mut moments).enumerate();
    let room = || (vec![F::zero(); places], vec![F::zero(); places]);
    for_each_with(tasks, x.len(), room, |(x_hats, outs), (c, ((xs, results), moments))| {
        if bn_param.mode == Mode::Train {
            *moments = moments_of(&xs, bn_param.eps);
        }
        let (mean, inv_std, gamma, beta) = (moments.mean, moments.inv_std, gamma[c], beta[c]);
        for (x, (x_hat, out)) in xs.into_iter().zip(results) {
            for (x_hat, (out, &x)) in x_hats.iter_mut().zip(outs.iter_mut().zip(x)) {
                *x_hat = (x - mean) * inv_std;
                *out = gamma * *x_hat + beta;
            }
            x_hat.streamed(x_hats);
            out.streamed(outs);
        }
    });

    if bn_param.mode == Mode::Train {
        let (mean, var) = moments.iter().map(|moments| (moments.mean, moments.var)).unzip();
        bn_param.update(&Array1::from_vec(mean), &Array1::from_vec(var), batch * places);
    }
    let inv_std = moments.iter().map(|moments| moments.inv_std).collect();
    let cache = SpatialBatchnormCache {
        x_hat: x_hat.into_array(x.dim()),
        inv_std,
        gamma: gamma.to_owned(),
        mode: bn_param.mode,
    };
    (out.into_array(x.dim()), cache)
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

    let (_, channels, height, width) = x_hat.dim();
    let (dout, places) = (dout.as_standard_layout(), (height * width).max(1));
    let n = F::count(x_hat.len() / channels.max(1));
    let mut dx = Fresh::new(dout.len());
    let (mut dgamma, mut dbeta) = (Array1::zeros(channels), Array1::zeros(channels));

    let douts = dout.as_slice().expect("row-major").chunks_exact(places);
    let x_hats = x_hat.as_slice().expect("row-major").chunks_exact(places);
    let tasks = by_channel(douts.zip(x_hats).zip(dx.pieces(places)), channels).into_iter();
    let tasks = tasks.zip(dgamma.iter_mut().zip(&mut dbeta)).enumerate();
    let room = || vec![F::zero(); places];
    for_each_with(tasks, dout.len(), room, |dxs, (c, (planes, (dgamma, dbeta)))| {
        for ((dout, x_hat), _) in &planes {
            let (sum, product) = sum_and_dot(dout, x_hat);
            *dbeta += sum;
            *dgamma += product;
        }
        let scale = gamma[c] * inv_std[c];
        // In evaluation mean and variance do not depend on x.
        let (shift, stretch) = match mode {
            Mode::Train => (*dbeta / n, *dgamma / n),
            Mode::Evaluate => (F::zero(), F::zero()),
        };
        for ((dout, x_hat), dx) in planes {
            for (dx, (&dout, &x_hat)) in dxs.iter_mut().zip(dout.iter().zip(x_hat)) {
                *dx = scale * (dout - shift - x_hat * stretch);
            }
            dx.streamed(dxs);
        }
    });
    (dx.into_array(dout.dim()), dgamma, dbeta)
}

/// Mean and variance of the elements of one channel, plane by plane.
fn moments_of<F: Scalar>(planes: &[&[F]], eps: F) -> Moments<F> {
    let n = F::count(planes.iter().map(|plane| plane.len()).sum());
    let mean = planes.iter().map(|plane| sum_of(plane, |x| x)).sum::<F>() / n;
    let var = planes.iter().map(|plane| sum_of(plane, |x| (x - mean) * (x - mean))).sum::<F>() / n;
    Moments::new(mean, var, eps)
}

/// From planes in the order of (batch, channels) to those of each channel.
fn by_channel<T>(planes: impl Iterator<Item = T>, channels: usize) -> Vec<Vec<T>> {
    let mut result: Vec<Vec<T>> = (0..channels).map(|_| Vec::new()).collect();
    planes.enumerate().for_each(|(index, plane)| result[index % channels].push(plane));
    result
}
