//! Average pooling: the mean of each window, or of each whole plane.

use ndarray::{Array2, Array4, ArrayRef2, ArrayRef4};

use super::{PoolParams, planes, planes_mut, require_pool, require_upstream};
use crate::Scalar;

/// What the backward pass of average pooling needs of the forward pass: shapes only, the mean is linear.
#[derive(Debug, Clone)]
pub struct AvgPoolCache {
    params: PoolParams,
    /// The shape of `x`.
    input: [usize; 4],
    /// The shape of the output.
    output: [usize; 4],
}

/// The forward pass of average pooling, window by window.
///
/// `y_n,c,oh,ow = 1/(kernel height * kernel width) * sum over the window of x_n,c,h,w`
///
/// What lies on the padding counts as 0 and is divided by all the same (PyTorch's `count_include_pad`).
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
/// use gradus_nn::pool::{PoolParams, avg_pool_forward_naive};
/// use ndarray::array;
/// let x = array![[[[1.0, 2.0, 6.0], [4.0, 1.0, 3.0]]]];
/// let (y, _) = avg_pool_forward_naive(&x, PoolParams::new(2, 1));
/// assert_eq!(y, array![[[[2.0, 3.0]]]]);
/// ```
#[track_caller]
pub fn avg_pool_forward_naive<F: Scalar>(x: &ArrayRef4<F>, params: PoolParams) -> (Array4<F>, AvgPoolCache) {
    let cache = checked_cache("avg_pool_forward_naive", x, params);
    let [_, _, height, width] = cache.input;
    let area = F::count(params.kernel[0] * params.kernel[1]);
    let mut y = Array4::zeros(cache.output);
    for ((n, c, oh, ow), result) in y.indexed_iter_mut() {
        let mut sum = F::zero();
        for h in params.window(0, oh, height) {
            for w in params.window(1, ow, width) {
                sum += x[[n, c, h, w]];
            }
        }
        *result = sum / area;
    }
    (y, cache)
}

/// The backward pass of average pooling, window by window: the gradient `dx`.
///
/// `dx_n,c,h,w = 1/(kernel height * kernel width) * sum of dout_n,c,oh,ow over the windows that hold (h, w)`
///
/// Shapes: `dout` (batch, channels, output height, output width), `dx` (batch, channels, height, width).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::pool::{PoolParams, avg_pool_backward_naive, avg_pool_forward_naive};
/// use ndarray::array;
/// let (_, cache) = avg_pool_forward_naive(&array![[[[5.0, 7.0, 9.0], [1.0, 1.0, 1.0]]]], PoolParams::new(2, 1));
/// let dx = avg_pool_backward_naive(&array![[[[4.0, 8.0]]]], &cache);
/// assert_eq!(dx, array![[[[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]]]]);
/// ```
#[track_caller]
pub fn avg_pool_backward_naive<F: Scalar>(dout: &ArrayRef4<F>, cache: &AvgPoolCache) -> Array4<F> {
    require_upstream("avg_pool_backward_naive", dout.shape(), &cache.output);
    let AvgPoolCache { params, input: [_, _, height, width], .. } = *cache;
    let area = F::count(params.kernel[0] * params.kernel[1]);
    let mut dx = Array4::zeros(cache.input);
    for ((n, c, oh, ow), &upstream) in dout.indexed_iter() {
        for h in params.window(0, oh, height) {
            for w in params.window(1, ow, width) {
                dx[[n, c, h, w]] += upstream / area;
            }
        }
    }
    dx
}

/// The forward pass of average pooling: `y_n,c,oh,ow = 1/(kernel height * kernel width) * sum over the window of x`.
///
/// As [`avg_pool_forward_naive`], but the rows of a row of windows are added up first, once for all of them.
///
/// Shapes: `x` (batch, channels, height, width), output (batch, channels, output height, output width) as
/// [`PoolParams::output_size`] says.
///
/// # Panics
/// As [`avg_pool_forward_naive`].
///
/// ```
/// use gradus_nn::pool::{PoolParams, avg_pool_forward};
/// use ndarray::array;
/// let x = array![[[[1.0, 2.0, 6.0], [4.0, 1.0, 3.0]]]];
/// let (y, _) = avg_pool_forward(&x, PoolParams { padding: [0, 1], ..PoolParams::new(2, 2) });
/// assert_eq!(y, array![[[[5.0 / 4.0, 12.0 / 4.0]]]]);
/// ```
#[track_caller]
pub fn avg_pool_forward<F: Scalar>(x: &ArrayRef4<F>, params: PoolParams) -> (Array4<F>, AvgPoolCache) {
    let cache = checked_cache("avg_pool_forward", x, params);
    let ([_, _, height, width], [_, _, output_height, output_width]) = (cache.input, cache.output);
    let area = F::count(params.kernel[0] * params.kernel[1]);
    let x = x.as_standard_layout();
    let mut y = Array4::zeros(cache.output);
    let mut sums = vec![F::zero(); width];
    let results = planes_mut(y.as_slice_mut().expect("row-major"), [output_height, output_width]);
    for (plane, result) in planes(x.as_slice().expect("row-major"), [height, width]).zip(results) {
        for (oh, result) in result.chunks_exact_mut(output_width).enumerate() {
            sums.fill(F::zero());
            for h in params.window(0, oh, height) {
                sums.iter_mut().zip(&plane[h * width..]).for_each(|(sum, &value)| *sum += value);
            }
            for (ow, result) in result.iter_mut().enumerate() {
                *result = sums[params.window(1, ow, width)].iter().copied().sum::<F>() / area;
            }
        }
    }
    (y, cache)
}

/// The backward pass of average pooling: the gradient `dx`.
///
/// `dx_n,c,h,w = 1/(kernel height * kernel width) * sum of dout_n,c,oh,ow over the windows that hold (h, w)`
///
/// Shapes: `dout` (batch, channels, output height, output width), `dx` (batch, channels, height, width).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::pool::{PoolParams, avg_pool_backward, avg_pool_forward};
/// use ndarray::array;
/// let (_, cache) = avg_pool_forward(&array![[[[5.0, 7.0], [1.0, 1.0]]]], PoolParams::new(2, 2));
/// assert_eq!(avg_pool_backward(&array![[[[4.0]]]], &cache), array![[[[1.0, 1.0], [1.0, 1.0]]]]);
/// ```
#[track_caller]
pub fn avg_pool_backward<F: Scalar>(dout: &ArrayRef4<F>, cache: &AvgPoolCache) -> Array4<F> {
    require_upstream("avg_pool_backward", dout.shape(), &cache.output);
    let AvgPoolCache { params, input: [_, _, height, width], output: [_, _, output_height, output_width] } = *cache;
    let area = F::count(params.kernel[0] * params.kernel[1]);
    let dout = dout.as_standard_layout();
    let mut dx = Array4::zeros(cache.input);
    let mut slopes = vec![F::zero(); width];
    let upstream = planes(dout.as_slice().expect("row-major"), [output_height, output_width]);
    for (plane, upstream) in planes_mut(dx.as_slice_mut().expect("row-major"), [height, width]).zip(upstream) {
        for (oh, upstream) in upstream.chunks_exact(output_width).enumerate() {
            slopes.fill(F::zero());
            for (ow, &upstream) in upstream.iter().enumerate() {
                slopes[params.window(1, ow, width)].iter_mut().for_each(|slope| *slope += upstream / area);
            }
            for h in params.window(0, oh, height) {
                plane[h * width..].iter_mut().zip(&slopes).for_each(|(dx, &slope)| *dx += slope);
            }
        }
    }
    dx
}

/// What the backward pass of global average pooling needs of the forward pass: the shape of `x`.
#[derive(Debug, Clone)]
pub struct GlobalAvgPoolCache {
    input: [usize; 4],
}

/// The forward pass of global average pooling, element by element.
///
/// `y_n,c = 1/(height * width) * sum_h,w x_n,c,h,w`
///
/// Shapes: `x` (batch, channels, height, width), output (batch, channels).
///
/// Source: Lin, Chen and Yan, "Network in network", 2014.
///
/// # Panics
/// If the images have no elements.
///
/// ```
/// use gradus_nn::pool::global_avg_pool_forward_naive;
/// use ndarray::array;
/// let (y, _) = global_avg_pool_forward_naive(&array![[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 1.0], [0.0, 1.0]]]]);
/// assert_eq!(y, array![[3.0, 0.5]]);
/// ```
#[track_caller]
pub fn global_avg_pool_forward_naive<F: Scalar>(x: &ArrayRef4<F>) -> (Array2<F>, GlobalAvgPoolCache) {
    let cache = checked_global("global_avg_pool_forward_naive", x);
    let (batch, channels, height, width) = x.dim();
    let mut y = Array2::<F>::zeros((batch, channels));
    for ((n, c, _, _), &value) in x.indexed_iter() {
        y[[n, c]] += value;
    }
    (y / F::count(height * width), cache)
}

/// The backward pass of global average pooling, element by element: the gradient `dx`.
///
/// `dx_n,c,h,w = dout_n,c / (height * width)`
///
/// Shapes: `dout` (batch, channels), `dx` (batch, channels, height, width).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::pool::{global_avg_pool_backward_naive, global_avg_pool_forward_naive};
/// use ndarray::array;
/// let (_, cache) = global_avg_pool_forward_naive(&array![[[[1.0, 2.0], [3.0, 6.0]]]]);
/// assert_eq!(global_avg_pool_backward_naive(&array![[8.0]], &cache), array![[[[2.0, 2.0], [2.0, 2.0]]]]);
/// ```
#[track_caller]
pub fn global_avg_pool_backward_naive<F: Scalar>(dout: &ArrayRef2<F>, cache: &GlobalAvgPoolCache) -> Array4<F> {
    require_upstream("global_avg_pool_backward_naive", dout.shape(), &cache.input[..2]);
    let [_, _, height, width] = cache.input;
    Array4::from_shape_fn(cache.input, |(n, c, _, _)| dout[[n, c]] / F::count(height * width))
}

/// The forward pass of global average pooling: `y_n,c = 1/(height * width) * sum_h,w x_n,c,h,w`.
///
/// As [`global_avg_pool_forward_naive`], but a whole plane at a time, in several partial sums, which are also more exact.
///
/// Shapes: `x` (batch, channels, height, width), output (batch, channels).
///
/// # Panics
/// If the images have no elements.
///
/// ```
/// use gradus_nn::pool::global_avg_pool_forward;
/// use ndarray::Array4;
/// let (y, _) = global_avg_pool_forward(&Array4::<f32>::ones((8, 512, 7, 7)));
/// assert_eq!(y.dim(), (8, 512));
/// ```
#[track_caller]
pub fn global_avg_pool_forward<F: Scalar>(x: &ArrayRef4<F>) -> (Array2<F>, GlobalAvgPoolCache) {
    let cache = checked_global("global_avg_pool_forward", x);
    let (batch, channels, height, width) = x.dim();
    let images = x.outer_iter();
    let sums = images.flat_map(|image| image.outer_iter().map(|plane| plane.sum()).collect::<Vec<_>>()).collect();
    let y = Array2::from_shape_vec((batch, channels), sums).expect("one sum for each plane");
    (y / F::count(height * width), cache)
}

/// The backward pass of global average pooling: the gradient `dx`.
///
/// `dx_n,c,h,w = dout_n,c / (height * width)`
///
/// Shapes: `dout` (batch, channels), `dx` (batch, channels, height, width).
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::pool::{global_avg_pool_backward, global_avg_pool_forward};
/// use ndarray::array;
/// let (_, cache) = global_avg_pool_forward(&array![[[[1.0, 2.0], [3.0, 6.0]]]]);
/// assert_eq!(global_avg_pool_backward(&array![[8.0]], &cache), array![[[[2.0, 2.0], [2.0, 2.0]]]]);
/// ```
#[track_caller]
pub fn global_avg_pool_backward<F: Scalar>(dout: &ArrayRef2<F>, cache: &GlobalAvgPoolCache) -> Array4<F> {
    require_upstream("global_avg_pool_backward", dout.shape(), &cache.input[..2]);
    let [_, _, height, width] = cache.input;
    let mut dx = Array4::zeros(cache.input);
    for (plane, &upstream) in planes_mut(dx.as_slice_mut().expect("row-major"), [height, width]).zip(dout) {
        plane.fill(upstream / F::count(height * width));
    }
    dx
}

#[track_caller]
fn checked_cache<F: Scalar>(operation: &str, x: &ArrayRef4<F>, params: PoolParams) -> AvgPoolCache {
    let output = require_pool(operation, x.shape(), params);
    let (batch, channels, height, width) = x.dim();
    AvgPoolCache { params, input: [batch, channels, height, width], output }
}

#[track_caller]
fn checked_global<F: Scalar>(operation: &str, x: &ArrayRef4<F>) -> GlobalAvgPoolCache {
    let (batch, channels, height, width) = x.dim();
    assert!(height > 0 && width > 0, "{operation}: images need at least one element, but x is {:?}", x.shape());
    GlobalAvgPoolCache { input: [batch, channels, height, width] }
}
