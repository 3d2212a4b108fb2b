//! Spatial group normalisation: a group of neighbouring channels of one image to mean 0 and variance 1; and instance
//! normalisation, where each channel is a group of its own.
//!
//! Source: Wu and He, Group normalization, 2018; CS231n, assignment 2; Ulyanov, Vedaldi and Lempitsky, Instance
//! normalization, 2016.

use ndarray::{Array1, Array2, Array4, ArrayRef1, ArrayRef4};

use super::normalise::{normalise, normalise_backward, scale_and_shift, scale_and_shift_backward};
use super::require_parameters;
use crate::Scalar;
use crate::shape::require_same_shape;

/// What [`spatial_groupnorm_backward`] and [`instancenorm_backward`] need.
#[derive(Debug, Clone)]
pub struct SpatialGroupnormCache<F> {
    /// The normalised input, (batch, channels, height, width).
    x_hat: Array4<F>,
    /// `1 / sqrt(var + eps)`, one for each image and group: (batch * groups).
    inv_std: Vec<F>,
    gamma: Array1<F>,
}

/// Spatial group normalisation. The channels are cut into `groups` of neighbours; with the mean and biased variance of each
/// group `g` of each image `n`, over its channels and all places:
///
/// `out_nchw = gamma_c * (x_nchw - mean_ng) / sqrt(var_ng + eps) + beta_c`
///
/// Shapes: input `x` and output (batch, channels, height, width), scale `gamma` and shift `beta` (channels). One group is
/// layer normalisation of images, as many groups as channels is [`instancenorm_forward`]. `eps` is often 1e-5.
///
/// # Panics
/// If `groups` is 0 or does not divide the number of channels, or `gamma` or `beta` has not one value for each channel.
///
/// ```
/// use gradus_nn::norms::spatial_groupnorm_forward;
/// use ndarray::array;
/// let x = array![[[[3.0]], [[7.0]], [[1.0]], [[0.0]]]];
/// let (gamma, beta) = (array![1.0, 1.0, 1.0, 10.0], array![0.0, 0.0, 5.0, 0.0]);
/// let (out, _) = spatial_groupnorm_forward(&x, &gamma, &beta, 2, 0.0);
/// assert_eq!(out, array![[[[-1.0]], [[1.0]], [[6.0]], [[-10.0]]]]);
/// ```
#[track_caller]
pub fn spatial_groupnorm_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
    groups: usize,
    eps: F,
) -> (Array4<F>, SpatialGroupnormCache<F>) {
    require_parameters("spatial_groupnorm_forward", "channel", x.shape(), x.dim().1, gamma, beta);
    assert!(
        groups > 0 && x.dim().1.is_multiple_of(groups),
        "spatial_groupnorm_forward: groups must divide the channels of x, but x is {:?} and groups is {groups}",
        x.shape()
    );
    forward(x, gamma, beta, groups, eps)
}

/// The gradients `(dx, dgamma, dbeta)` of [`spatial_groupnorm_forward`]. With `dx_hat = dout * gamma_c` and means over each
/// group of each image:
///
/// `dx = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / sqrt(var + eps)`
///
/// `dgamma_c = sum dout * x_hat` and `dbeta_c = sum dout`, over the batch and all places
///
/// Shapes: upstream gradient `dout` and `dx` (batch, channels, height, width), `dgamma` and `dbeta` (channels).
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::norms::{spatial_groupnorm_backward, spatial_groupnorm_forward};
/// use ndarray::array;
/// let (x, ones) = (array![[[[3.0]], [[7.0]]]], array![1.0, 1.0]);
/// let (_, cache) = spatial_groupnorm_forward(&x, &ones, &ones, 1, 0.0);
/// let (dx, dgamma, dbeta) = spatial_groupnorm_backward(&array![[[[1.0]], [[3.0]]]], &cache);
/// assert_eq!((dx, dgamma, dbeta), (array![[[[0.0]], [[0.0]]]], array![-1.0, 3.0], array![1.0, 3.0]));
/// ```
#[track_caller]
pub fn spatial_groupnorm_backward<F: Scalar>(
    dout: &ArrayRef4<F>,
    cache: &SpatialGroupnormCache<F>,
) -> (Array4<F>, Array1<F>, Array1<F>) {
    require_same_shape("spatial_groupnorm_backward", ("x", cache.x_hat.shape()), ("dout", dout.shape()));
    backward(dout, cache)
}

/// Instance normalisation: [`spatial_groupnorm_forward`] with each channel for itself.
///
/// `out_nchw = gamma_c * (x_nchw - mean_nc) / sqrt(var_nc + eps) + beta_c`
///
/// Shapes: input `x` and output (batch, channels, height, width), scale `gamma` and shift `beta` (channels).
///
/// # Panics
/// If `gamma` or `beta` has not one value for each channel.
///
/// ```
/// use gradus_nn::norms::instancenorm_forward;
/// use ndarray::array;
/// let (out, _) = instancenorm_forward(&array![[[[3.0, 7.0]]]], &array![2.0], &array![1.0], 0.0);
/// assert_eq!(out, array![[[[-1.0, 3.0]]]]);
/// ```
#[track_caller]
pub fn instancenorm_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
    eps: F,
) -> (Array4<F>, SpatialGroupnormCache<F>) {
    require_parameters("instancenorm_forward", "channel", x.shape(), x.dim().1, gamma, beta);
    forward(x, gamma, beta, x.dim().1, eps)
}

/// The gradients `(dx, dgamma, dbeta)` of [`instancenorm_forward`]: as [`spatial_groupnorm_backward`], with each channel for
/// itself.
///
/// # Panics
/// If `dout` has another shape than `x` had.
///
/// ```
/// use gradus_nn::norms::{instancenorm_backward, instancenorm_forward};
/// use ndarray::array;
/// let (_, cache) = instancenorm_forward(&array![[[[3.0, 7.0]]]], &array![2.0], &array![1.0], 0.0);
/// let (dx, dgamma, dbeta) = instancenorm_backward(&array![[[[1.0, 3.0]]]], &cache);
/// assert_eq!((dx, dgamma, dbeta), (array![[[[0.0, 0.0]]]], array![2.0], array![4.0]));
/// ```
#[track_caller]
pub fn instancenorm_backward<F: Scalar>(
    dout: &ArrayRef4<F>,
    cache: &SpatialGroupnormCache<F>,
) -> (Array4<F>, Array1<F>, Array1<F>) {
    require_same_shape("instancenorm_backward", ("x", cache.x_hat.shape()), ("dout", dout.shape()));
    backward(dout, cache)
}

fn forward<F: Scalar>(
    x: &ArrayRef4<F>,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
    groups: usize,
    eps: F,
) -> (Array4<F>, SpatialGroupnormCache<F>) {
    let mut x_hat = sets(x, x.dim().0 * groups);
    let inv_std = x_hat.outer_iter_mut().map(|mut set| normalise(&mut set, eps).inv_std).collect();
    let x_hat = x_hat.into_shape_with_order(x.dim()).expect("as many elements as x");
    let out = scale_and_shift(&x_hat, gamma, beta);
    (out, SpatialGroupnormCache { x_hat, inv_std, gamma: gamma.to_owned() })
}

fn backward<F: Scalar>(dout: &ArrayRef4<F>, cache: &SpatialGroupnormCache<F>) -> (Array4<F>, Array1<F>, Array1<F>) {
    let SpatialGroupnormCache { x_hat, inv_std, gamma } = cache;
    let (dx_hat, dgamma, dbeta) = scale_and_shift_backward(dout, x_hat, gamma);
    let (mut dx, x_hat) = (sets(&dx_hat, inv_std.len()), sets(x_hat, inv_std.len()));
    for ((mut set, x_hat), &inv_std) in dx.outer_iter_mut().zip(x_hat.outer_iter()).zip(inv_std) {
        normalise_backward(&mut set, &x_hat, inv_std);
    }
    (dx.into_shape_with_order(dout.dim()).expect("as many elements as dout"), dgamma, dbeta)
}

/// The groups of all images as rows: neighbours in memory, because the channels of a group are.
fn sets<F: Scalar>(images: &ArrayRef4<F>, count: usize) -> Array2<F> {
    let members = images.len() / count.max(1);
    images.to_shape((count, members)).expect("groups of one size").into_owned()
}
