//! Upsampling: images made larger by repeating elements (nearest) or by mixing neighbours (bilinear).
//!
//! Both take the height and width that the output shall have, so that a decoder can meet the size of the layer that it
//! is joined with. The output may be smaller than the input too. Every channel is treated by itself.
//!
//! Shapes: images `x` (batch, channels, height, width), output (batch, channels, `size[0]`, `size[1]`).

use ndarray::{Array4, ArrayRef4};

use crate::Scalar;
use crate::shape::require;

/// What the backward pass of nearest upsampling needs of the forward pass: shapes only, the map is linear.
#[derive(Debug, Clone)]
pub struct UpsampleNearestCache {
    /// The shape of `x`.
    input: [usize; 4],
    /// Height and width of the output.
    size: [usize; 2],
}

/// The forward pass of nearest upsampling.
///
/// `y_n,c,oh,ow = x_n,c,h,w` with `h = floor(oh * height / output height)` and `w = floor(ow * width / output width)`
///
/// Shapes: `x` (batch, channels, height, width), output (batch, channels, `size[0]`, `size[1]`). For a scale of 2 give
/// twice the height and twice the width.
///
/// Source: the mode `nearest` of PyTorch's `interpolate`.
///
/// # Panics
/// If a height or width is 0.
///
/// ```
/// use gradus_nn::upsample::upsample_nearest_forward;
/// use ndarray::array;
/// let (y, _) = upsample_nearest_forward(&array![[[[1.0, 2.0]]]], [2, 4]);
/// assert_eq!(y, array![[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]);
/// ```
#[track_caller]
pub fn upsample_nearest_forward<F: Scalar>(x: &ArrayRef4<F>, size: [usize; 2]) -> (Array4<F>, UpsampleNearestCache) {
    require_sizes("upsample_nearest_forward", x.shape(), size);
    let (batch, channels, height, width) = x.dim();
    let nearest = |(n, c, oh, ow): (usize, usize, usize, usize)| x[[n, c, oh * height / size[0], ow * width / size[1]]];
    let y = Array4::from_shape_fn((batch, channels, size[0], size[1]), nearest);
    (y, UpsampleNearestCache { input: [batch, channels, height, width], size })
}

/// The backward pass of nearest upsampling: the gradient `dx`.
///
/// `dx_n,c,h,w = sum of dout_n,c,oh,ow over the elements that were copied from (h, w)`
///
/// Shapes: `dout` (batch, channels, output height, output width), `dx` (batch, channels, height, width).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::upsample::{upsample_nearest_backward, upsample_nearest_forward};
/// use ndarray::array;
/// let (_, cache) = upsample_nearest_forward(&array![[[[1.0, 2.0]]]], [1, 4]);
/// let dx = upsample_nearest_backward(&array![[[[1.0, 2.0, 3.0, 4.0]]]], &cache);
/// assert_eq!(dx, array![[[[3.0, 7.0]]]]);
/// ```
#[track_caller]
pub fn upsample_nearest_backward<F: Scalar>(dout: &ArrayRef4<F>, cache: &UpsampleNearestCache) -> Array4<F> {
    let UpsampleNearestCache { input, size } = *cache;
    require_upstream("upsample_nearest_backward", dout.shape(), input, size);
    let [_, _, height, width] = input;
    let mut dx = Array4::zeros(input);
    for ((n, c, oh, ow), &upstream) in dout.indexed_iter() {
        dx[[n, c, oh * height / size[0], ow * width / size[1]]] += upstream;
    }
    dx
}

/// What the backward pass of bilinear upsampling needs of the forward pass: shapes and weights only, the map is linear.
#[derive(Debug, Clone)]
pub struct UpsampleBilinearCache<F> {
    /// The shape of `x`.
    input: [usize; 4],
    rows: Vec<Neighbours<F>>,
    columns: Vec<Neighbours<F>>,
}

/// Between which two rows (or columns) of the input a row (or column) of the output lies.
#[derive(Debug, Clone, Copy)]
struct Neighbours<F> {
    low: usize,
    high: usize,
    /// How much of `high` is in the mixture, from 0 to 1; the rest is `low`.
    share: F,
}

/// The forward pass of bilinear upsampling.
///
/// `y_oh,ow = (1 - a) (1 - b) x_h,w + (1 - a) b x_h,w+1 + a (1 - b) x_h+1,w + a b x_h+1,w+1`
///
/// where `h` is the whole part and `a` the fraction of the position in the input that belongs to `oh`; `w` and `b` are
/// those of `ow`. Beyond the last row or column the last one counts. The position that belongs to `o` is
/// - `max(0, (o + 0.5) * size / output size - 0.5)` without `align_corners`: elements are squares, and the outer edges of
///   both images meet;
/// - `o * (size - 1) / (output size - 1)` with `align_corners`: elements are points, and the corner elements meet. An
///   output of size 1 takes position 0.
///
/// Shapes: `x` (batch, channels, height, width), output (batch, channels, `size[0]`, `size[1]`).
///
/// Source: the mode `bilinear` of PyTorch's `interpolate`.
///
/// # Panics
/// If a height or width is 0.
///
/// ```
/// use gradus_nn::upsample::upsample_bilinear_forward;
/// use ndarray::array;
/// let x = array![[[[1.0, 5.0]]]];
/// assert_eq!(upsample_bilinear_forward(&x, [1, 4], false).0, array![[[[1.0, 2.0, 4.0, 5.0]]]]);
/// assert_eq!(upsample_bilinear_forward(&x, [1, 5], true).0, array![[[[1.0, 2.0, 3.0, 4.0, 5.0]]]]);
/// ```
#[track_caller]
pub fn upsample_bilinear_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    size: [usize; 2],
    align_corners: bool,
) -> (Array4<F>, UpsampleBilinearCache<F>) {
    require_sizes("upsample_bilinear_forward", x.shape(), size);
    let (batch, channels, height, width) = x.dim();
    let rows = neighbours::<F>(height, size[0], align_corners);
    let columns = neighbours::<F>(width, size[1], align_corners);
    let mix = |(n, c, oh, ow): (usize, usize, usize, usize)| {
        let (row, column) = (rows[oh], columns[ow]);
        let along =
            |h: usize| (F::one() - column.share) * x[[n, c, h, column.low]] + column.share * x[[n, c, h, column.high]];
        (F::one() - row.share) * along(row.low) + row.share * along(row.high)
    };
    let y = Array4::from_shape_fn((batch, channels, size[0], size[1]), mix);
    (y, UpsampleBilinearCache { input: [batch, channels, height, width], rows, columns })
}

/// The backward pass of bilinear upsampling: the gradient `dx`.
///
/// Each `dout_oh,ow` goes back to the four elements that `y_oh,ow` was mixed of, times their weights in the mixture.
///
/// Shapes: `dout` (batch, channels, output height, output width), `dx` (batch, channels, height, width).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::upsample::{upsample_bilinear_backward, upsample_bilinear_forward};
/// use ndarray::array;
/// let (_, cache) = upsample_bilinear_forward(&array![[[[1.0, 5.0]]]], [1, 4], false);
/// let dx = upsample_bilinear_backward(&array![[[[1.0, 4.0, 8.0, 16.0]]]], &cache);
/// assert_eq!(dx, array![[[[1.0 + 3.0 + 2.0, 1.0 + 6.0 + 16.0]]]]);
/// ```
#[track_caller]
pub fn upsample_bilinear_backward<F: Scalar>(dout: &ArrayRef4<F>, cache: &UpsampleBilinearCache<F>) -> Array4<F> {
    let UpsampleBilinearCache { input, rows, columns } = cache;
    require_upstream("upsample_bilinear_backward", dout.shape(), *input, [rows.len(), columns.len()]);
    let mut dx = Array4::zeros(*input);
    for ((n, c, oh, ow), &upstream) in dout.indexed_iter() {
        let (row, column) = (rows[oh], columns[ow]);
        for (h, of_row) in [(row.low, F::one() - row.share), (row.high, row.share)] {
            dx[[n, c, h, column.low]] += upstream * of_row * (F::one() - column.share);
            dx[[n, c, h, column.high]] += upstream * of_row * column.share;
        }
    }
    dx
}

/// The neighbours of every position along one axis.
fn neighbours<F: Scalar>(size: usize, output: usize, align_corners: bool) -> Vec<Neighbours<F>> {
    let position = |o: usize| {
        if !align_corners {
            ((o as f64 + 0.5) * size as f64 / output as f64 - 0.5).max(0.0)
        } else if output > 1 {
            (o * (size - 1)) as f64 / (output - 1) as f64
        } else {
            0.0
        }
    };
    let around = |position: f64| {
        let low = (position as usize).min(size - 1);
        Neighbours { low, high: (low + 1).min(size - 1), share: F::cast(position - low as f64) }
    };
    (0..output).map(|o| around(position(o))).collect()
}

#[track_caller]
fn require_sizes(operation: &str, x: &[usize], size: [usize; 2]) {
    let positive = x[2..].iter().chain(&size).all(|&value| value > 0);
    require(positive, operation, "heights and widths must be at least 1", ("x", x), ("size", &size));
}

#[track_caller]
fn require_upstream(operation: &str, dout: &[usize], input: [usize; 4], size: [usize; 2]) {
    let output = [input[0], input[1], size[0], size[1]];
    let rule = "dout needs the shape of the output";
    require(dout == output, operation, rule, ("dout", dout), ("the output", &output));
}
