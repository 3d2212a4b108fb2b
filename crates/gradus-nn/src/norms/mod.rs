//! Normalisation layers: bring sets of elements to mean 0 and variance 1, then scale and shift them by learned numbers.
//!
//! | layer | one set is | its functions |
//! | --- | --- | --- |
//! | batch | a feature, over the batch | [`batchnorm_forward`], [`batchnorm_backward`], [`batchnorm_backward_alt`] |
//! | spatial batch | a channel, over the batch and all places | `spatial_batchnorm_forward`, `spatial_batchnorm_backward` |
//! | layer | one example, over its features | [`layernorm_forward`], [`layernorm_backward`] |
//! | spatial group | a group of channels of one image | `spatial_groupnorm_forward`, `spatial_groupnorm_backward` |
//! | instance | one channel of one image | `instancenorm_forward`, `instancenorm_backward` |
//!
//! With the `n` elements `x_i` of one set:
//!
//! `mean = 1/n sum_i x_i`, `var = 1/n sum_i (x_i - mean)^2`, `x_hat_i = (x_i - mean) / sqrt(var + eps)`
//!
//! `out_i = gamma * x_hat_i + beta`, with `gamma` and `beta` of the element's feature or channel
//!
//! The variance is the biased one, divided by `n`. `eps`, often 1e-5, keeps a set of equal elements from a division by 0.
//! Only batch normalisation has running statistics, because only its sets depend on what else is in the batch.
//!
//! The three for images are answers of the assignment on convolution too: they need the topic `conv` as well.

#[cfg(feature = "batchnorm")]
mod batchnorm;
mod layernorm;
#[cfg_attr(
    not(all(feature = "batchnorm", feature = "conv")),
    expect(dead_code, reason = "layer norm needs only a part")
)]
mod normalise;
#[cfg(all(feature = "batchnorm", feature = "conv"))]
mod spatial_batchnorm;
#[cfg(all(feature = "batchnorm", feature = "conv"))]
mod spatial_groupnorm;

use ndarray::ArrayRef1;

use crate::shape::require;

#[cfg(feature = "batchnorm")]
pub use batchnorm::{BatchnormCache, BatchnormParam, batchnorm_backward, batchnorm_backward_alt, batchnorm_forward};
pub use layernorm::{LayernormCache, layernorm_backward, layernorm_forward};
#[cfg(all(feature = "batchnorm", feature = "conv"))]
pub use spatial_batchnorm::{SpatialBatchnormCache, spatial_batchnorm_backward, spatial_batchnorm_forward};
#[cfg(all(feature = "batchnorm", feature = "conv"))]
pub use spatial_groupnorm::{
    SpatialGroupnormCache, instancenorm_backward, instancenorm_forward, spatial_groupnorm_backward,
    spatial_groupnorm_forward,
};

/// Panics unless `gamma` and `beta` have one value for each feature or channel, of which `x` has `count`.
#[track_caller]
fn require_parameters<F>(
    operation: &str,
    of: &str,
    x: &[usize],
    count: usize,
    gamma: &ArrayRef1<F>,
    beta: &ArrayRef1<F>,
) {
    for (name, parameter) in [("gamma", gamma), ("beta", beta)] {
        let rule = format!("{name} needs one value for each {of} of x");
        require(parameter.len() == count, operation, &rule, ("x", x), (name, parameter.shape()));
    }
}
