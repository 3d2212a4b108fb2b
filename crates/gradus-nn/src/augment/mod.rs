//! Augmentation: random changes to training images that leave what is on them the same, so that a network cannot learn
//! the training part by heart.
//!
//! Images are `x` (batch, channels, height, width); each function returns new ones of the same shape. A function named
//! for what it does (`rotate`, `contrast`) does it by a given amount, one for each image; its random kin
//! (`random_rotation`, `colour_jitter`) draws the amounts from the generator, image by image in order. Draws are made in
//! `f64`, so `f32` and `f64` images get the same ones. Augment the training part only, anew in each epoch.
//!
//! | group | functions |
//! | --- | --- |
//! | geometry | [`random_crop`], [`random_horizontal_flip`], [`random_rotation`], [`random_scale`] |
//! | colour | [`colour_jitter`] of [`brightness`], [`contrast`], [`saturation`] |
//! | noise | [`gaussian_noise`], [`random_gaussian_blur`], [`cutout`] |
//! | two images in one, with their labels | [`mixup`], [`cutmix`] |

mod colour;
mod geometry;
mod mix;
mod noise;

#[cfg(feature = "features")]
pub use colour::grayscale;
pub use colour::{ColourJitter, brightness, colour_jitter, contrast, saturation};
pub use geometry::{
    crop_with_padding, horizontal_flip, random_crop, random_horizontal_flip, random_rotation, random_scale, rotate,
    scale,
};
pub use mix::{Mixed, cutmix, mixup, one_hot};
pub use noise::{cutout, gaussian_blur, gaussian_kernel, gaussian_noise, random_gaussian_blur};

use std::ops::RangeInclusive;

use ndarray::ArrayRef4;
use rand::Rng;

use crate::shape::require;

/// Panics unless there is one amount for each image.
#[track_caller]
fn require_amounts<F>(operation: &str, x: &ArrayRef4<F>, name: &str, amounts: usize) {
    let rule = format!("{name} needs one value for each image of x");
    require(amounts == x.dim().0, operation, &rule, ("x", x.shape()), (name, &[amounts]));
}

/// Panics unless the range begins at 0 or more, is finite and does not run backwards.
#[track_caller]
fn require_range(operation: &str, name: &str, range: &RangeInclusive<f64>) {
    let (start, end) = (*range.start(), *range.end());
    assert!(
        0.0 <= start && start <= end && end.is_finite(),
        "{operation}: {name} must be a range from 0 or more, but is {start}..={end}"
    );
}

/// Panics unless the amount is 0 or more and finite.
#[track_caller]
fn require_amount(operation: &str, name: &str, amount: f64) {
    assert!(amount >= 0.0 && amount.is_finite(), "{operation}: {name} must be 0 or more and finite, but is {amount}");
}

/// One uniform draw from the range for each of `n` images.
fn uniform(n: usize, range: &RangeInclusive<f64>, generator: &mut impl Rng) -> Vec<f64> {
    let (start, end) = (*range.start(), *range.end());
    (0..n).map(|_| start + (end - start) * generator.random::<f64>()).collect()
}
