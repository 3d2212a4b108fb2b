//! Max pooling: the largest element of each window.

use ndarray::{Array4, ArrayRef4};

use super::{PoolParams, planes, require_pool, require_upstream};
use crate::Scalar;
use crate::machinery::{Fresh, for_each, for_each_with};

/// What the backward pass of max pooling needs of the forward pass: where each maximum was.
#[derive(Debug, Clone)]
pub struct MaxPoolCache {
    /// `row * width + column` of each window's maximum; 32 bits, because reading and writing it takes most of the time.
    argmax: Array4<u32>,
    /// The shape of `x`.
    input: [usize; 4],
    params: PoolParams,
}

impl MaxPoolCache {
    /// Where in its plane of `x` each element of the output was: `row * width + column`, in an array of the output's
    /// shape. [`max_unpool_forward`](super::max_unpool_forward) puts elements back there.
    ///
    /// ```
    /// use gradus_nn::pool::{PoolParams, max_pool_forward};
    /// use ndarray::array;
    /// let (_, cache) = max_pool_forward(&array![[[[1.0, 2.0], [4.0, 3.0]]]], PoolParams::new(2, 2));
    /// assert_eq!(cache.argmax(), array![[[[2]]]]);
    /// ```
    pub fn argmax(&self) -> &Array4<u32> {
        &self.argmax
    }
}

/// The forward pass of max pooling, window by window.
///
/// `y_n,c,oh,ow = max over the window of x_n,c,h,w`
///
/// Of equal maxima the first counts, in row-major order, and it alone gets the gradient, as in PyTorch. What lies on the
/// padding never counts. A window with a NaN gives NaN.
///
/// Shapes: `x` (batch, channels, height, width), output (batch, channels, output height, output width) as
/// [`PoolParams::output_size`] says.
///
/// Source: CS231n, notes on convolutional networks.
///
/// # Panics
/// If kernel or stride is 0, the padding is above half of the kernel, or the kernel does not fit into the image.
///
/// ```
/// use gradus_nn::pool::{PoolParams, max_pool_forward_naive};
/// use ndarray::array;
/// let x = array![[[[1.0, 2.0, 5.0], [4.0, 3.0, 0.0]]]];
/// let (y, _) = max_pool_forward_naive(&x, PoolParams::new(2, 1));
/// assert_eq!(y, array![[[[4.0, 5.0]]]]);
/// ```
#[track_caller]
pub fn max_pool_forward_naive<F: Scalar>(x: &ArrayRef4<F>, params: PoolParams) -> (Array4<F>, MaxPoolCache) {
    let output = require_max_pool("max_pool_forward_naive", x.shape(), params);
    let (batch, channels, height, width) = x.dim();
    let mut y = Array4::zeros(output);
    let mut argmax = Array4::zeros(output);
    for ((n, c, oh, ow), result) in y.indexed_iter_mut() {
        let (rows, columns) = (params.window(0, oh, height), params.window(1, ow, width));
        let (mut best, mut best_at) = (x[[n, c, rows.start, columns.start]], (rows.start, columns.start));
        for h in rows {
            for w in columns.clone() {
                let value = x[[n, c, h, w]];
                if value > best || (value.is_nan() && !best.is_nan()) {
                    (best, best_at) = (value, (h, w));
                }
            }
        }
        *result = best;
        argmax[[n, c, oh, ow]] = (best_at.0 * width + best_at.1) as u32;
    }
    (y, MaxPoolCache { argmax, input: [batch, channels, height, width], params })
}

/// The backward pass of max pooling, window by window: the gradient `dx`.
///
/// `dx_n,c,h,w = sum of dout_n,c,oh,ow over the windows whose maximum was taken from (h, w)`
///
/// Shapes: `dout` (batch, channels, output height, output width), `dx` (batch, channels, height, width).
///
/// Source: CS231n, notes on backpropagation: a maximum routes the gradient to the input that won.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::pool::{PoolParams, max_pool_backward_naive, max_pool_forward_naive};
/// use ndarray::array;
/// let x = array![[[[1.0, 5.0, 2.0], [4.0, 3.0, 0.0]]]];
/// let (_, cache) = max_pool_forward_naive(&x, PoolParams::new(2, 1));
/// let dx = max_pool_backward_naive(&array![[[[10.0, 1.0]]]], &cache);
/// assert_eq!(dx, array![[[[0.0, 11.0, 0.0], [0.0, 0.0, 0.0]]]]);
/// ```
#[track_caller]
pub fn max_pool_backward_naive<F: Scalar>(dout: &ArrayRef4<F>, cache: &MaxPoolCache) -> Array4<F> {
    require_upstream("max_pool_backward_naive", dout.shape(), cache.argmax.shape());
    let width = cache.input[3];
    let mut dx = Array4::zeros(cache.input);
    for ((n, c, oh, ow), &upstream) in dout.indexed_iter() {
        let position = cache.argmax[[n, c, oh, ow]] as usize;
        dx[[n, c, position / width, position % width]] += upstream;
    }
    dx
}

/// The forward pass of max pooling: `y_n,c,oh,ow = max over the window of x_n,c,h,w`.
///
/// As [`max_pool_forward_naive`], ties and NaN included, but a whole row of windows at a time.
///
/// Shapes: `x` (batch, channels, height, width), output (batch, channels, output height, output width) as
/// [`PoolParams::output_size`] says.
///
/// # Panics
/// As [`max_pool_forward_naive`].
///
/// ```
/// use gradus_nn::pool::{PoolParams, max_pool_forward};
/// use ndarray::array;
/// let x = array![[[[1.0, 2.0, 5.0, 1.0], [4.0, 3.0, 0.0, 1.0]]]];
/// let (y, _) = max_pool_forward(&x, PoolParams::new(2, 2));
/// assert_eq!(y, array![[[[4.0, 5.0]]]]);
/// ```
#[track_caller]
pub fn max_pool_forward<F: Scalar>(x: &ArrayRef4<F>, params: PoolParams) -> (Array4<F>, MaxPoolCache) {
    let output = require_max_pool("max_pool_forward", x.shape(), params);
    let (batch, channels, height, width) = x.dim();
    let x = x.as_standard_layout();
    let (size, outputs) = ([height, width], output[2] * output[3]);
    let (mut y, mut argmax) = (Fresh::new(batch * channels * outputs), Fresh::new(batch * channels * outputs));
    let results = y.pieces(outputs).zip(argmax.pieces(outputs));
    let tasks = planes(x.as_slice().expect("row-major"), size).zip(results);
    let room = || vec![F::zero(); output[3]];
    for_each_with(tasks, x.len(), room, |values, (plane, (best, best_at))| {
        let rows = best.zeroed().chunks_exact_mut(output[3]).zip(best_at.zeroed().chunks_exact_mut(output[3]));
        for (oh, (best, best_at)) in rows.enumerate() {
            if halves(params) {
                max_of_quads(plane, width, oh, best, best_at);
            } else {
                max_of_row(plane, size, params, oh, best, best_at, values);
            }
        }
    });
    let argmax = argmax.into_array(output);
    (y.into_array(output), MaxPoolCache { argmax, input: [batch, channels, height, width], params })
}

/// The backward pass of max pooling: the gradient `dx`.
///
/// `dx_n,c,h,w = sum of dout_n,c,oh,ow over the windows whose maximum was taken from (h, w)`
///
/// Shapes: `dout` (batch, channels, output height, output width), `dx` (batch, channels, height, width).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::pool::{PoolParams, max_pool_backward, max_pool_forward};
/// use ndarray::array;
/// let (_, cache) = max_pool_forward(&array![[[[1.0, 2.0], [4.0, 4.0]]]], PoolParams::new(2, 2));
/// assert_eq!(max_pool_backward(&array![[[[7.0]]]], &cache), array![[[[0.0, 0.0], [7.0, 0.0]]]]);
/// ```
#[track_caller]
pub fn max_pool_backward<F: Scalar>(dout: &ArrayRef4<F>, cache: &MaxPoolCache) -> Array4<F> {
    require_upstream("max_pool_backward", dout.shape(), cache.argmax.shape());
    let dout = dout.as_standard_layout();
    let ([_, _, height, width], output) = (cache.input, [dout.dim().2, dout.dim().3]);
    let mut dx = Fresh::new(cache.input.iter().product());
    let upstream = planes(dout.as_slice().expect("row-major"), output);
    let positions = planes(cache.argmax.as_slice().expect("row-major"), output);
    let tasks = dx.pieces(height * width).zip(upstream.zip(positions));
    for_each(tasks, cache.input.iter().product(), |(dx, (upstream, positions))| {
        let dx = dx.zeroed();
        if halves(cache.params) {
            let rows = upstream.chunks_exact(output[1]).zip(positions.chunks_exact(output[1]));
            for (oh, (dx, (upstream, positions))) in dx.chunks_exact_mut(2 * width).zip(rows).enumerate() {
                spread_to_quads(dx, width, oh, upstream, positions);
            }
        } else {
            for (&upstream, &position) in upstream.iter().zip(positions) {
                dx[position as usize] += upstream;
            }
        }
    });
    dx.into_array(cache.input)
}

/// The maxima of one row of windows and where they are. Goes through the windows element by element: first the first
/// element of all windows, then the second, and so on. `values` is room for one element of each window.
///
/// Which element is larger is a coin toss, and a branch on it would be mispredicted half the time. Side by side, with the
/// same number to note for all of them, the elements are compared as whole vectors and without a branch.
fn max_of_row<F: Scalar>(
    plane: &[F],
    [height, width]: [usize; 2],
    params: PoolParams,
    oh: usize,
    best: &mut [F],
    best_at: &mut [u32],
    values: &mut [F],
) {
    let (stride, padding, outputs) = (params.stride[1], params.padding[1], best.len());
    let rows = params.window(0, oh, height);
    // Element j of window ow is in column ow * stride + j - padding. Until the end `best_at` lacks the window's part.
    for (ow, (best, best_at)) in best.iter_mut().zip(best_at.iter_mut()).enumerate() {
        let j = padding.saturating_sub(ow * stride);
        *best = plane[rows.start * width + ow * stride + j - padding];
        *best_at = (rows.start * width + j) as u32;
    }
    for h in rows {
        for j in 0..params.kernel[1] {
            // The windows whose element j is inside the image.
            let from = padding.saturating_sub(j).div_ceil(stride);
            let to = (width + padding).saturating_sub(j).div_ceil(stride).min(outputs);
            if from >= to {
                continue;
            }
            let source = plane[h * width + from * stride + j - padding..].iter().step_by(stride);
            values[from..to].iter_mut().zip(source).for_each(|(value, &element)| *value = element);
            let windows = best[from..to].iter_mut().zip(&mut best_at[from..to]).zip(&values[from..to]);
            let at = (h * width + j) as u32;
            for ((best, best_at), &value) in windows {
                (*best, *best_at) = larger((*best, *best_at), (value, at));
            }
        }
    }
    for (ow, best_at) in best_at.iter_mut().enumerate() {
        *best_at = (*best_at as usize + ow * stride - padding) as u32;
    }
}

/// Whether the windows are 2 x 2 and lie side by side, by far the most frequent case: then each element is in one window.
fn halves(params: PoolParams) -> bool {
    params == PoolParams::new(2, 2)
}

/// [`max_of_row`] of windows of 2 x 2, side by side.
fn max_of_quads<F: Scalar>(plane: &[F], width: usize, oh: usize, best: &mut [F], best_at: &mut [u32]) {
    let (top, bottom) = plane[2 * oh * width..][..2 * width].split_at(width);
    let (below, mut corner) = (width as u32, (2 * oh * width) as u32);
    let quads = top.as_chunks().0.iter().zip(bottom.as_chunks().0);
    for ((best, best_at), (&[a, b], &[c, d])) in best.iter_mut().zip(best_at).zip(quads) {
        let upper = larger((a, corner), (b, corner + 1));
        let lower = larger((c, corner + below), (d, corner + below + 1));
        (*best, *best_at) = larger(upper, lower);
        corner += 2;
    }
}

/// The larger of two elements, with where it is; the first if they are equal; a NaN if there is one.
#[inline(always)]
fn larger<F: Scalar>(first: (F, u32), second: (F, u32)) -> (F, u32) {
    let better = (second.0 > first.0) | (second.0.is_nan() & !first.0.is_nan());
    // All ones or all zeros, because a condition here would be compiled to a branch around the store.
    let mask = u32::from(better).wrapping_neg();
    (if better { second.0 } else { first.0 }, (second.1 & mask) | (first.1 & !mask))
}

/// Puts the gradients of a row of windows of 2 x 2 where their maxima were, and 0 beside them: all of two rows of `dx`.
fn spread_to_quads<F: Scalar>(dx: &mut [F], width: usize, oh: usize, upstream: &[F], positions: &[u32]) {
    let (top, bottom) = dx.split_at_mut(width);
    let (below, mut corner) = (width as u32, (2 * oh * width) as u32);
    let quads = top.as_chunks_mut().0.iter_mut().zip(bottom.as_chunks_mut().0);
    for ((&upstream, &position), ([a, b], [c, d])) in upstream.iter().zip(positions).zip(quads) {
        let there = |at: u32| if position == at { upstream } else { F::zero() };
        (*a, *b) = (there(corner), there(corner + 1));
        (*c, *d) = (there(corner + below), there(corner + below + 1));
        corner += 2;
    }
}

#[track_caller]
fn require_max_pool(operation: &str, x: &[usize], params: PoolParams) -> [usize; 4] {
    let output = require_pool(operation, x, params);
    assert!(
        u32::try_from(x[2] * x[3]).is_ok(),
        "{operation}: a plane must have less than 2^32 elements, but x is {x:?}"
    );
    output
}
