//! Taking detail away: noise, blur, holes.

use std::ops::RangeInclusive;

use ndarray::{Array1, Array4, ArrayRef1, ArrayRef4, Axis, s};
use rand::Rng;

use super::{require_amount, require_amounts, require_range, uniform};
use crate::Scalar;
use crate::random::normal;

/// Adds independent normal noise to each value: `out = x + standard_deviation * e`, `e ~ N(0, 1)`. Not clipped.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// Source: Bishop, *Training with noise is equivalent to Tikhonov regularization*, 1995.
///
/// # Panics
/// If `standard_deviation` is below 0 or not finite.
///
/// ```
/// use gradus_nn::{augment::gaussian_noise, random::generator};
/// use ndarray::Array4;
/// let noisy = gaussian_noise(&Array4::<f64>::zeros((8, 3, 32, 32)), 0.1, &mut generator(231));
/// assert!((noisy.std(0.0) - 0.1).abs() < 1e-3);
/// ```
#[track_caller]
pub fn gaussian_noise<F: Scalar>(x: &ArrayRef4<F>, standard_deviation: f64, generator: &mut impl Rng) -> Array4<F> {
    require_amount("gaussian_noise", "standard_deviation", standard_deviation);
    normal(x.raw_dim(), standard_deviation, generator) + x
}

/// The weights of a Gaussian blur along one axis:
///
/// `k_t = exp(-t^2 / (2 sigma^2)) / sum_s exp(-s^2 / (2 sigma^2))` for `t` from `-r` to `r`, `r = ceil(3 sigma)`
///
/// Shape: result `(2 r + 1)`, which sums to 1. `sigma` is in pixels; 0 gives the single weight 1.
///
/// Source: Gonzalez and Woods, *Digital image processing*, section 3.5 (smoothing filters).
///
/// # Panics
/// If `sigma` is below 0 or not finite.
///
/// ```
/// use gradus_nn::augment::gaussian_kernel;
/// let kernel = gaussian_kernel::<f64>(1.0);
/// assert_eq!(kernel.len(), 7);
/// assert!((kernel[4] / kernel[3] - (-0.5_f64).exp()).abs() < 1e-15);
/// ```
#[track_caller]
pub fn gaussian_kernel<F: Scalar>(sigma: f64) -> Array1<F> {
    require_amount("gaussian_kernel", "sigma", sigma);
    if sigma == 0.0 {
        return Array1::ones(1);
    }
    let radius = (3.0 * sigma).ceil();
    let steps = Array1::from_iter((0..=2 * radius as usize).map(|step| step as f64 - radius));
    let kernel = steps.mapv(|t| (-t * t / (2.0 * sigma * sigma)).exp());
    let sum = kernel.sum();
    kernel.mapv(|weight| F::cast(weight / sum))
}

/// Blurs each image with a [`gaussian_kernel`] of its own, first along the columns, then along the rows:
///
/// `out[n, c, i, j] = sum_s k_s sum_t k_t x[n, c, clip(i + s), clip(j + t)]`
///
/// where `clip` repeats the outermost pixels beyond the image, so that a plain image stays plain.
///
/// Shapes: `x` and result (batch, channels, height, width), `sigmas` (batch), in pixels.
///
/// Source: Gonzalez and Woods, *Digital image processing*, section 3.5.
///
/// # Panics
/// If there is not one sigma for each image, or one is below 0 or not finite.
///
/// ```
/// use gradus_nn::augment::gaussian_blur;
/// use ndarray::{Array4, array};
/// let mut x = Array4::<f64>::zeros((1, 1, 9, 9));
/// x[[0, 0, 4, 4]] = 1.0;
/// let blurred = gaussian_blur(&x, &[1.0]);
/// assert!((blurred.sum() - 1.0).abs() < 1e-12 && blurred[[0, 0, 4, 4]] < 0.2);
/// ```
#[track_caller]
pub fn gaussian_blur<F: Scalar>(x: &ArrayRef4<F>, sigmas: &[f64]) -> Array4<F> {
    require_amounts("gaussian_blur", x, "sigmas", sigmas.len());
    let mut out = x.to_owned();
    for (mut image, &sigma) in out.outer_iter_mut().zip(sigmas) {
        require_amount("gaussian_blur", "sigmas", sigma);
        let kernel = gaussian_kernel(sigma);
        for axis in [Axis(1), Axis(2)] {
            for mut lane in image.lanes_mut(axis) {
                let blurred = blur_lane(&lane, &kernel);
                lane.assign(&blurred);
            }
        }
    }
    out
}

/// [`gaussian_blur`] with sigmas drawn uniformly from a range, in pixels.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// Source: Chen et al., *A simple framework for contrastive learning of visual representations*, 2020, appendix A, with
/// 0.1 to 2.
///
/// # Panics
/// If the range is empty or begins below 0.
///
/// ```
/// use gradus_nn::{augment::random_gaussian_blur, random::generator};
/// use ndarray::Array4;
/// let x = Array4::<f32>::ones((8, 3, 32, 32));
/// let blurred = random_gaussian_blur(&x, 0.1..=2.0, &mut generator(231));
/// assert!(blurred.iter().all(|value| (value - 1.0).abs() < 1e-6));
/// ```
#[track_caller]
pub fn random_gaussian_blur<F: Scalar>(
    x: &ArrayRef4<F>,
    sigmas: RangeInclusive<f64>,
    generator: &mut impl Rng,
) -> Array4<F> {
    require_range("random_gaussian_blur", "sigmas", &sigmas);
    gaussian_blur(x, &uniform(x.dim().0, &sigmas, generator))
}

/// Sets a square of `size` by `size` pixels to 0 in each image, at a place of its own:
///
/// `out[n, c, i, j] = 0` where `top_n <= i < top_n + size` and `left_n <= j < left_n + size`, else `x[n, c, i, j]`
///
/// with `top = a - size / 2` (rounded down), `left = b - size / 2` and the pixel `(a, b)` drawn uniformly, row first.
/// The square may hang over the edge, so up to `size^2` pixels are lost. Use it on images whose mean was subtracted:
/// 0 is then gray.
///
/// Shapes: `x` and result (batch, channels, height, width).
///
/// Source: DeVries and Taylor, *Improved regularization of convolutional neural networks with cutout*, 2017.
///
/// # Panics
/// If the images have no pixels.
///
/// ```
/// use gradus_nn::{augment::cutout, random::generator};
/// use ndarray::Array4;
/// let x = Array4::<f32>::ones((1, 3, 32, 32));
/// let lost = x.sum() - cutout(&x, 8, &mut generator(231)).sum();
/// assert!((3.0 * 16.0..=3.0 * 64.0).contains(&lost));
/// ```
#[track_caller]
pub fn cutout<F: Scalar>(x: &ArrayRef4<F>, size: usize, generator: &mut impl Rng) -> Array4<F> {
    let (_, _, height, width) = x.dim();
    assert!(height > 0 && width > 0, "cutout: images need at least one pixel, but x is {:?}", x.shape());
    let mut out = x.to_owned();
    for mut image in out.outer_iter_mut() {
        let (a, b) = (generator.random_range(0..height), generator.random_range(0..width));
        let hidden = |middle: usize, length: usize| {
            middle.saturating_sub(size / 2)..(middle + size).saturating_sub(size / 2).min(length)
        };
        image.slice_mut(s![.., hidden(a, height), hidden(b, width)]).fill(F::zero());
    }
    out
}

fn blur_lane<F: Scalar>(lane: &ArrayRef1<F>, kernel: &ArrayRef1<F>) -> Array1<F> {
    let (radius, last) = (kernel.len() / 2, lane.len().saturating_sub(1));
    Array1::from_shape_fn(lane.len(), |i| {
        kernel.iter().enumerate().map(|(t, &weight)| weight * lane[(i + t).saturating_sub(radius).min(last)]).sum()
    })
}
