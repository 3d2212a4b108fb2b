//! Colour histograms: which hues an image has, wherever they are.

use ndarray::{Array1, ArrayRef3};

use super::hog::require_channels;
use crate::Scalar;

/// The histogram of an image's hues, as shares that sum to 1.
///
/// `feature_k = 1/n * #{pixels with floor(bins * hue) = k}`, over the `n` pixels, with [`hue`] from 0 to below 1
///
/// Saturation and brightness play no part: grey pixels have hue 0 and so count as red.
///
/// Shapes: `image` (channels, height, width) with the channels red, green and blue; result (bins). The unit of the
/// image does not matter, 0 to 255 or 0 to 1.
///
/// Source: CS231n, assignment 1, image features.
///
/// # Panics
/// If the image has not three channels or no pixels, or `bins` is 0.
///
/// ```
/// use gradus_nn::features::color_histogram_hsv;
/// use ndarray::array;
/// // One row: two red pixels, a green one, a blue one.
/// let image = array![[[255.0, 9.0, 0.0, 0.0]], [[0.0, 0.0, 80.0, 0.0]], [[0.0, 0.0, 0.0, 1.0]]];
/// assert_eq!(color_histogram_hsv(&image, 3), array![0.5, 0.25, 0.25]);
/// ```
#[track_caller]
pub fn color_histogram_hsv<F: Scalar>(image: &ArrayRef3<F>, bins: usize) -> Array1<F> {
    require_channels("color_histogram_hsv", image, &[3]);
    assert!(bins > 0, "color_histogram_hsv: bins must be at least 1, but is 0");
    let (_, height, width) = image.dim();
    let pixels = height * width;
    assert!(pixels > 0, "color_histogram_hsv: image needs at least one pixel, but is {:?}", image.shape());
    let mut counts = vec![0; bins];
    for h in 0..height {
        for w in 0..width {
            let hue = hue([image[[0, h, w]], image[[1, h, w]], image[[2, h, w]]]);
            let bin = (hue * F::count(bins)).to_usize().unwrap_or(0);
            counts[bin.min(bins - 1)] += 1;
        }
    }
    counts.into_iter().map(|count| F::count(count) / F::count(pixels)).collect()
}

/// The hue of a colour on the circle of colours, from 0 to below 1: red 0, green 1/3, blue 2/3.
///
/// With the largest of red, green and blue `v` and the smallest `v - d`:
///
/// `hue = 1/6 * (green - blue) / d mod 1` if `v` is red,
/// `1/3 + 1/6 * (blue - red) / d` if `v` is green, `2/3 + 1/6 * (red - green) / d` if `v` is blue; 0 for grey, `d = 0`
///
/// Source: Smith, "Color gamut transform pairs", 1978.
///
/// ```
/// use gradus_nn::features::hue;
/// assert_eq!(hue([0.0, 255.0, 255.0]), 0.5); // cyan
/// assert_eq!(hue([7.0, 7.0, 7.0]), 0.0);
/// ```
pub fn hue<F: Scalar>([red, green, blue]: [F; 3]) -> F {
    let largest = red.max(green).max(blue);
    let range = largest - red.min(green).min(blue);
    if range <= F::zero() {
        return F::zero();
    }
    // In sixths of the circle.
    let sixths = if largest == red {
        let around_red = (green - blue) / range;
        if around_red < F::zero() { around_red + F::cast(6.0) } else { around_red }
    } else if largest == green {
        F::cast(2.0) + (blue - red) / range
    } else {
        F::cast(4.0) + (red - green) / range
    };
    // A hair below red would round up to a whole turn.
    if sixths < F::cast(6.0) { sixths / F::cast(6.0) } else { F::zero() }
}
