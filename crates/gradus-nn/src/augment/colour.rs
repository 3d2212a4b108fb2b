//! Changing colours: brightness, contrast, saturation. Pixel values are from 0 to 1, and so are the results.

use ndarray::{Array4, ArrayRef4, Axis};
use rand::Rng;

use super::{require_amount, require_amounts, uniform};
use crate::Scalar;

/// The brightness of each pixel: `0.299 * red + 0.587 * green + 0.114 * blue`; images of one channel are gray already.
///
/// Shapes: `x` (batch, channels, height, width) with 1 or 3 channels, result (batch, 1, height, width).
///
/// Source: Recommendation ITU-R BT.601 (luma).
///
/// # Panics
/// If there are neither 1 nor 3 channels.
///
/// ```
/// use gradus_nn::augment::grayscale;
/// use ndarray::array;
/// assert_eq!(grayscale(&array![[[[1.0]], [[0.0]], [[0.0]]]]), array![[[[0.299]]]]);
/// ```
#[track_caller]
pub fn grayscale<F: Scalar>(x: &ArrayRef4<F>) -> Array4<F> {
    require_colours("grayscale", x);
    if x.dim().1 == 1 {
        return x.to_owned();
    }
    let mut gray = Array4::zeros((x.dim().0, 1, x.dim().2, x.dim().3));
    for (channel, weight) in [0.299, 0.587, 0.114].into_iter().enumerate() {
        gray.index_axis_mut(Axis(1), 0).scaled_add(F::cast(weight), &x.index_axis(Axis(1), channel));
    }
    gray
}

/// Makes each image brighter or darker: `out = clip(factor * x, 0, 1)`. A factor of 1 changes nothing, 0 gives black.
///
/// Shapes: `x` and result (batch, channels, height, width), `factors` (batch).
///
/// Source: Howard, *Some improvements on deep convolutional neural network based image classification*, 2013, section 2;
/// in torchvision `adjust_brightness`.
///
/// # Panics
/// If there is not one factor for each image.
///
/// ```
/// use gradus_nn::augment::brightness;
/// use ndarray::array;
/// assert_eq!(brightness(&array![[[[0.25, 0.75]]]], &[2.0]), array![[[[0.5, 1.0]]]]);
/// ```
#[track_caller]
pub fn brightness<F: Scalar>(x: &ArrayRef4<F>, factors: &[f64]) -> Array4<F> {
    require_amounts("brightness", x, "factors", factors.len());
    blend(x, &Array4::zeros((x.dim().0, 1, 1, 1)), factors)
}

/// Moves each pixel away from the mean brightness of its image, or towards it:
/// `out = clip(factor * x + (1 - factor) * mean(grayscale(x)), 0, 1)`.
/// A factor of 1 changes nothing, 0 gives a gray sheet.
///
/// Shapes: `x` and result (batch, channels, height, width) with 1 or 3 channels, `factors` (batch).
///
/// Source: as [`brightness`]; in torchvision `adjust_contrast`.
///
/// # Panics
/// If there is not one factor for each image, or there are neither 1 nor 3 channels.
///
/// ```
/// use gradus_nn::augment::contrast;
/// use ndarray::array;
/// assert_eq!(contrast(&array![[[[0.25, 0.75]]]], &[0.5]), array![[[[0.375, 0.625]]]]);
/// ```
#[track_caller]
pub fn contrast<F: Scalar>(x: &ArrayRef4<F>, factors: &[f64]) -> Array4<F> {
    require_colours("contrast", x);
    require_amounts("contrast", x, "factors", factors.len());
    let pixels = F::count((x.dim().2 * x.dim().3).max(1));
    let means = grayscale(x).sum_axis(Axis(3)).sum_axis(Axis(2)) / pixels; // (batch, 1)
    blend(x, &means.insert_axis(Axis(2)).insert_axis(Axis(3)), factors)
}

/// Moves each pixel away from its own gray, or towards it:
/// `out = clip(factor * x + (1 - factor) * grayscale(x), 0, 1)`.
/// A factor of 1 changes nothing, 0 takes the colour away. Gray images stay as they are.
///
/// Shapes: `x` and result (batch, channels, height, width) with 1 or 3 channels, `factors` (batch).
///
/// Source: as [`brightness`]; in torchvision `adjust_saturation`.
///
/// # Panics
/// If there is not one factor for each image, or there are neither 1 nor 3 channels.
///
/// ```
/// use gradus_nn::augment::saturation;
/// use ndarray::array;
/// assert_eq!(saturation(&array![[[[1.0]], [[0.0]], [[0.0]]]], &[0.0]), array![[[[0.299]], [[0.299]], [[0.299]]]]);
/// ```
#[track_caller]
pub fn saturation<F: Scalar>(x: &ArrayRef4<F>, factors: &[f64]) -> Array4<F> {
    require_colours("saturation", x);
    require_amounts("saturation", x, "factors", factors.len());
    blend(x, &grayscale(x), factors)
}

/// How far [`colour_jitter`] goes: each factor is drawn uniformly from `max(0, 1 - strength)` to `1 + strength`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColourJitter {
    /// Strength for [`brightness`].
    pub brightness: f64,
    /// Strength for [`contrast`].
    pub contrast: f64,
    /// Strength for [`saturation`].
    pub saturation: f64,
}

/// Random [`brightness`], then [`contrast`], then [`saturation`], each image with factors of its own.
///
/// Drawn for all images: the factors of brightness, then those of contrast, then those of saturation. (torchvision's
/// `ColorJitter` also draws the order of the three, and changes the hue.)
///
/// Shapes: `x` and result (batch, channels, height, width) with 1 or 3 channels.
///
/// Source: Howard, 2013, section 2.
///
/// # Panics
/// If a strength is below 0 or not finite, or there are neither 1 nor 3 channels.
///
/// ```
/// use gradus_nn::{augment::{ColourJitter, colour_jitter}, random::generator};
/// use ndarray::Array4;
/// let x = Array4::<f32>::from_elem((8, 3, 32, 32), 0.5);
/// let strengths = ColourJitter { brightness: 0.4, contrast: 0.4, saturation: 0.4 };
/// let jittered = colour_jitter(&x, strengths, &mut generator(231));
/// assert!(jittered.iter().all(|value| (0.3..=0.7).contains(value)));
/// ```
#[track_caller]
pub fn colour_jitter<F: Scalar>(x: &ArrayRef4<F>, strengths: ColourJitter, generator: &mut impl Rng) -> Array4<F> {
    require_colours("colour_jitter", x);
    for (name, strength) in
        [("brightness", strengths.brightness), ("contrast", strengths.contrast), ("saturation", strengths.saturation)]
    {
        require_amount("colour_jitter", name, strength);
    }
    let mut factors = |strength: f64| uniform(x.dim().0, &((1.0 - strength).max(0.0)..=1.0 + strength), generator);
    let out = brightness(x, &factors(strengths.brightness));
    let out = contrast(&out, &factors(strengths.contrast));
    saturation(&out, &factors(strengths.saturation))
}

/// `clip(factor * x + (1 - factor) * other, 0, 1)`, with `other` broadcast to `x`.
fn blend<F: Scalar>(x: &ArrayRef4<F>, other: &Array4<F>, factors: &[f64]) -> Array4<F> {
    let mut out = x.to_owned();
    for ((mut image, other), &factor) in out.outer_iter_mut().zip(other.outer_iter()).zip(factors) {
        let (own, others) = (F::cast(factor), F::cast(1.0 - factor));
        image.zip_mut_with(&other, |value, &other| {
            *value = (own * *value + others * other).max(F::zero()).min(F::one());
        });
    }
    out
}

#[track_caller]
fn require_colours<F>(operation: &str, x: &ArrayRef4<F>) {
    let channels = x.dim().1;
    assert!(
        channels == 1 || channels == 3,
        "{operation}: x needs 1 channel (gray) or 3 (red, green, blue), but is {:?}",
        x.shape()
    );
}
