//! Max pooling: the largest element of each window.

use ndarray::{Array4, ArrayRef4};

use super::{PoolParams, planes, planes_mut, require_pool, require_upstream};
use crate::Scalar;

/// What the backward pass of max pooling needs of the forward pass: where each maximum was.
#[derive(Debug, Clone)]
pub struct MaxPoolCache {
    /// `row * width + column` of each window's maximum; 32 bits, because reading and writing it takes most of the time.
    argmax: Array4<u32>,
    /// The shape of `x`.
    input: [usize; 4],
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
    (y, MaxPoolCache { argmax, input: [batch, channels, height, width] })
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
    let mut y = Array4::zeros(output);
    let mut argmax = Array4::zeros(output);
    let mut values = vec![F::zero(); output[3]];
    let (size, output_size) = ([height, width], [output[2], output[3]]);
    let results = planes_mut(y.as_slice_mut().expect("row-major"), output_size);
    let positions = planes_mut(argmax.as_slice_mut().expect("row-major"), output_size);
    for ((plane, result), position) in planes(x.as_slice().expect("row-major"), size).zip(results).zip(positions) {
        let rows = result.chunks_exact_mut(output[3]).zip(position.chunks_exact_mut(output[3]));
        for (oh, (best, best_at)) in rows.enumerate() {
            max_of_row(plane, size, params, oh, best, best_at, &mut values);
        }
    }
    (y, MaxPoolCache { argmax, input: [batch, channels, height, width] })
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
    let mut dx = Array4::zeros(cache.input);
    let ([_, _, height, width], output) = (cache.input, [dout.dim().2, dout.dim().3]);
    let upstream = planes(dout.as_slice().expect("row-major"), output);
    let positions = planes(cache.argmax.as_slice().expect("row-major"), output);
    let gradients = planes_mut(dx.as_slice_mut().expect("row-major"), [height, width]);
    for ((plane, upstream), positions) in gradients.zip(upstream).zip(positions) {
        for (&upstream, &position) in upstream.iter().zip(positions) {
            plane[position as usize] += upstream;
        }
    }
    dx
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
                let better = (value > *best) | (value.is_nan() & !best.is_nan());
                // All ones or all zeros, because a condition here would be compiled to a branch around the store.
                let mask = u32::from(better).wrapping_neg();
                *best_at = (at & mask) | (*best_at & !mask);
                *best = if better { value } else { *best };
            }
        }
    }
    for (ow, best_at) in best_at.iter_mut().enumerate() {
        *best_at = (*best_at as usize + ow * stride - padding) as u32;
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
