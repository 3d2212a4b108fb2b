//! Histograms of oriented gradients: how strong the edges of each direction are in each cell of an image.

use std::f64::consts::PI;

use ndarray::{Array1, Array2, Array3, ArrayRef3, Axis};

use crate::Scalar;

/// How finely a histogram of oriented gradients divides the image and the directions.
///
/// ```
/// use gradus_nn::features::HogParams;
/// assert_eq!(HogParams::default(), HogParams { cell: [8, 8], orientations: 9 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HogParams {
    /// Height and width of a cell in pixels, from 1.
    pub cell: [usize; 2],
    /// Into how many bins the half circle is cut, from 1.
    pub orientations: usize,
}

impl Default for HogParams {
    fn default() -> Self {
        HogParams { cell: [8, 8], orientations: 9 }
    }
}

/// The histogram of oriented gradients of an image, as one vector.
///
/// With the grey image `g`, its steps to the right and downwards, their length and their direction
///
/// `dx_h,w = g_h,w+1 - g_h,w`, `dy_h,w = g_h+1,w - g_h,w` (0 in the last column and the last row)
///
/// `m = sqrt(dx^2 + dy^2)`, `t = atan2(dy, dx) mod pi` (light to dark counts as dark to light)
///
/// the feature of cell `(i, j)` and bin `k` is the mean over the cell's pixels of `m`, where
/// `k = floor(orientations * t / pi)`, and of 0 elsewhere. Bin 0 starts at steps to the right, that is, upright edges.
///
/// Shapes: `image` (channels, height, width) with one channel, or three for red, green and blue; result (cells down *
/// cells across * orientations), row-major. What is left over on the right and below is not in any cell. The unit is
/// that of the image: twice as bright is twice as large.
///
/// Sources: Dalal and Triggs, "Histograms of oriented gradients for human detection", 2005, without its normalisation of
/// blocks; CS231n, assignment 1. The latter's code does not fold directions onto the half circle and loses the
/// gradients of the other half.
///
/// # Panics
/// If the image has neither one nor three channels, is smaller than a cell, or a parameter is 0.
///
/// ```
/// use gradus_nn::features::{HogParams, hog_feature};
/// use ndarray::Array3;
/// // Brighter by 1 with each column: every step but those of the last column goes to the right.
/// let ramp = Array3::from_shape_fn((1, 8, 8), |(_, _, w)| w as f64);
/// let feature = hog_feature(&ramp, HogParams::default());
/// assert_eq!(feature[0], 7.0 / 8.0);
/// assert!(feature.iter().skip(1).all(|&value| value == 0.0));
/// ```
#[track_caller]
pub fn hog_feature<F: Scalar>(image: &ArrayRef3<F>, params: HogParams) -> Array1<F> {
    require_channels("hog_feature", image, &[1, 3]);
    let HogParams { cell, orientations } = params;
    assert!(
        cell[0] > 0 && cell[1] > 0 && orientations > 0,
        "hog_feature: cell and orientations must be at least 1, but are {cell:?} and {orientations}"
    );
    let (_, height, width) = image.dim();
    let cells = [height / cell[0], width / cell[1]];
    assert!(
        cells[0] > 0 && cells[1] > 0,
        "hog_feature: the image must hold at least one cell, but image is {:?} and cell is {cell:?}",
        image.shape()
    );

    let grey = grayscale(image);
    let area = F::count(cell[0] * cell[1]);
    let mut histogram = Array3::<F>::zeros((cells[0], cells[1], orientations));
    for h in 0..cells[0] * cell[0] {
        for w in 0..cells[1] * cell[1] {
            let dx = if w + 1 < width { grey[[h, w + 1]] - grey[[h, w]] } else { F::zero() };
            let dy = if h + 1 < height { grey[[h + 1, w]] - grey[[h, w]] } else { F::zero() };
            histogram[[h / cell[0], w / cell[1], bin(dx, dy, orientations)]] += dx.hypot(dy) / area;
        }
    }
    histogram.flatten().into_owned()
}

/// An image in grey: `0.299 red + 0.587 green + 0.114 blue`, or the only channel as it is.
///
/// Shapes: `image` (channels, height, width) with one or three channels, result (height, width).
///
/// Source: the luma of ITU-R recommendation BT.601.
///
/// # Panics
/// If the image has neither one nor three channels.
///
/// ```
/// use gradus_nn::features::grayscale;
/// use ndarray::array;
/// let pixel = array![[[100.0]], [[200.0]], [[50.0]]];
/// assert!((grayscale(&pixel)[[0, 0]] - (29.9_f64 + 117.4 + 5.7)).abs() < 1e-12);
/// ```
#[track_caller]
pub fn grayscale<F: Scalar>(image: &ArrayRef3<F>) -> Array2<F> {
    require_channels("grayscale", image, &[1, 3]);
    let channel = |c: usize| image.index_axis(Axis(0), c);
    if image.dim().0 == 1 {
        return channel(0).to_owned();
    }
    let weights = [0.299, 0.587, 0.114];
    let mut grey = Array2::zeros((image.dim().1, image.dim().2));
    for (c, weight) in weights.into_iter().enumerate() {
        grey.scaled_add(F::cast(weight), &channel(c));
    }
    grey
}

/// The bin of the direction of `(dx, dy)` on the half circle.
fn bin<F: Scalar>(dx: F, dy: F, orientations: usize) -> usize {
    // In double precision throughout: pi rounded to single precision lies beyond the half circle.
    let double = |value: F| value.to_f64().unwrap_or(f64::NAN);
    let angle = double(dy).atan2(double(dx)).rem_euclid(PI);
    // A hair below 0 is folded to pi itself.
    ((angle / PI * orientations as f64) as usize).min(orientations - 1)
}

/// Panics unless the image has one of these numbers of channels.
#[track_caller]
pub(super) fn require_channels<F>(operation: &str, image: &ArrayRef3<F>, allowed: &[usize]) {
    let (channels, shape) = (image.shape()[0], image.shape());
    let wanted: Vec<String> = allowed.iter().map(usize::to_string).collect();
    let wanted = wanted.join(" or ");
    assert!(allowed.contains(&channels), "{operation}: image needs {wanted} channels, but is {shape:?}");
}
