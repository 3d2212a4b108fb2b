//! Convolution with every loop written out: slow, and nearest to the formula.

use ndarray::{Array1, Array4, ArrayRef1, ArrayRef4, s};

use super::{ConvCache, ConvParams, require_conv, require_upstream};
use crate::Scalar;

/// The forward pass of a convolution, one multiplication at a time.
///
/// `y_n,f,oh,ow = b_f + sum_c,i,j w_f,c,i,j * x_n,c,(oh s + i d - p),(ow s + j d - p)`
///
/// Shapes: `x` (batch, channels, height, width), `w` (filters, channels / groups, kernel height, kernel width), `b`
/// (filters), output (batch, filters, output height, output width) as [`ConvParams::output_size`] says.
///
/// Source: CS231n, notes on convolutional networks.
///
/// # Panics
/// If stride, dilation or groups is 0, the groups do not divide channels and filters, the channels of `w` or the length
/// of `b` do not fit, or the kernel does not fit into the padded image.
///
/// ```
/// use gradus_nn::conv::{ConvParams, conv_forward_naive};
/// use ndarray::array;
/// // A kernel (-1, 1) measures the step from each pixel to the one on its right.
/// let (x, w) = (array![[[[3.0, 5.0, 4.0]]]], array![[[[-1.0, 1.0]]]]);
/// let (y, _) = conv_forward_naive(&x, &w, &array![10.0], ConvParams::new(1, 0));
/// assert_eq!(y, array![[[[12.0, 9.0]]]]);
/// ```
#[track_caller]
pub fn conv_forward_naive<F: Scalar>(
    x: &ArrayRef4<F>,
    w: &ArrayRef4<F>,
    b: &ArrayRef1<F>,
    params: ConvParams,
) -> (Array4<F>, ConvCache<F>) {
    let output = require_conv("conv_forward_naive", x.shape(), w.shape(), b.shape(), params);
    let cache = ConvCache::new(x, w, params, output);
    let ConvCache { x_padded, w, .. } = &cache;
    let (filters, channels, kernel_height, kernel_width) = w.dim();
    let [stride, dilation] = [params.stride, params.dilation];

    let mut y = Array4::zeros(cache.output_shape());
    for ((n, f, oh, ow), result) in y.indexed_iter_mut() {
        // The first of the channels that this filter's group sees.
        let first = f / (filters / params.groups) * channels;
        let mut sum = b[f];
        for c in 0..channels {
            for i in 0..kernel_height {
                for j in 0..kernel_width {
                    let (row, column) = (oh * stride[0] + i * dilation[0], ow * stride[1] + j * dilation[1]);
                    sum += w[[f, c, i, j]] * x_padded[[n, first + c, row, column]];
                }
            }
        }
        *result = sum;
    }
    (y, cache)
}

/// The backward pass of a convolution: the gradients `(dx, dw, db)`, one multiplication at a time.
///
/// Each product `w * x` in the forward sum sends `dout * w` back to that `x` and `dout * x` back to that `w`; an element
/// that took part in many sums collects from all of them. What falls on the padding is dropped.
///
/// `db_f = sum_n,oh,ow dout_n,f,oh,ow`
///
/// Shapes: `dout` (batch, filters, output height, output width); `dx`, `dw` and `db` as `x`, `w` and `b`. The cache may
/// come from [`conv_forward`](super::conv_forward) as well.
///
/// Source: CS231n, notes on backpropagation and on convolutional networks.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::conv::{ConvParams, conv_backward_naive, conv_forward_naive};
/// use ndarray::array;
/// let (x, w) = (array![[[[3.0, 5.0, 4.0]]]], array![[[[-1.0, 1.0]]]]);
/// let (_, cache) = conv_forward_naive(&x, &w, &array![10.0], ConvParams::new(1, 0));
/// let (dx, dw, db) = conv_backward_naive(&array![[[[1.0, 10.0]]]], &cache);
/// assert_eq!(dx, array![[[[-1.0, 1.0 - 10.0, 10.0]]]]);
/// assert_eq!((dw, db), (array![[[[3.0 + 50.0, 5.0 + 40.0]]]], array![11.0]));
/// ```
#[track_caller]
pub fn conv_backward_naive<F: Scalar>(dout: &ArrayRef4<F>, cache: &ConvCache<F>) -> (Array4<F>, Array4<F>, Array1<F>) {
    require_upstream("conv_backward_naive", dout.shape(), &cache.output_shape());
    let ConvCache { x_padded, w, params, .. } = cache;
    let (filters, channels, kernel_height, kernel_width) = w.dim();
    let [stride, dilation, padding] = [params.stride, params.dilation, params.padding];

    let mut dx_padded = Array4::<F>::zeros(x_padded.dim());
    let mut dw = Array4::<F>::zeros(w.dim());
    let mut db = Array1::<F>::zeros(filters);
    for ((n, f, oh, ow), &upstream) in dout.indexed_iter() {
        let first = f / (filters / params.groups) * channels;
        db[f] += upstream;
        for c in 0..channels {
            for i in 0..kernel_height {
                for j in 0..kernel_width {
                    let (row, column) = (oh * stride[0] + i * dilation[0], ow * stride[1] + j * dilation[1]);
                    dx_padded[[n, first + c, row, column]] += upstream * w[[f, c, i, j]];
                    dw[[f, c, i, j]] += upstream * x_padded[[n, first + c, row, column]];
                }
            }
        }
    }
    let (height, width) = (x_padded.dim().2 - padding[0], x_padded.dim().3 - padding[1]);
    let dx = dx_padded.slice(s![.., .., padding[0]..height, padding[1]..width]).to_owned();
    (dx, dw, db)
}
