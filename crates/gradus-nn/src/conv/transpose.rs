//! Transposed convolution: the backward pass of a convolution used as a layer, which makes images larger.
//!
//! Each element of the input puts a copy of the kernel, times its own value, into the output; where copies overlap they
//! add up. A convolution's `dx` is exactly this, so forward here is backward there and the other way round.

use ndarray::{Array1, Array4, ArrayRef1, ArrayRef4, Axis, s};

use super::columns::{correlate, filter_gradient, spread};
use super::{ConvParams, extent, pad, require_positive, require_upstream, row_major};
use crate::Scalar;
use crate::shape::require;

/// How the copies of the kernel are laid into the output. Pairs are `[height, width]`.
///
/// ```
/// use gradus_nn::conv::ConvTransposeParams;
/// let doubling = ConvTransposeParams { output_padding: [1, 1], ..ConvTransposeParams::new(2, 1) };
/// assert_eq!(doubling.output_size([16, 16], [3, 3]), Some([32, 32]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvTransposeParams {
    /// How far apart the copies of neighbouring elements start, from 1.
    pub stride: [usize; 2],
    /// How much is cut off each side of the output.
    pub padding: [usize; 2],
    /// Rows added below and columns added on the right of the output: a convolution with stride above 1 maps several
    /// sizes to one, and this says which of them is meant. Below the stride or below the dilation.
    pub output_padding: [usize; 2],
    /// How far apart the elements of one copy lie; 1 leaves no gaps.
    pub dilation: [usize; 2],
    /// Into how many parts the channels of input and output are cut, from 1.
    pub groups: usize,
}

impl ConvTransposeParams {
    /// One stride and one padding for both axes, no output padding, no dilation, one group.
    pub const fn new(stride: usize, padding: usize) -> Self {
        let ConvParams { stride, padding, dilation, groups } = ConvParams::new(stride, padding);
        ConvTransposeParams { stride, padding, output_padding: [0; 2], dilation, groups }
    }

    /// The output's height and width: `(size - 1) s - 2 p + d (kernel - 1) + 1 + output_padding` along each axis, or
    /// `None` if nothing is left.
    ///
    /// ```
    /// use gradus_nn::conv::ConvTransposeParams;
    /// assert_eq!(ConvTransposeParams::new(2, 1).output_size([7, 7], [4, 4]), Some([14, 14]));
    /// assert_eq!(ConvTransposeParams::new(1, 1).output_size([1, 1], [2, 2]), None);
    /// ```
    pub fn output_size(&self, image: [usize; 2], kernel: [usize; 2]) -> Option<[usize; 2]> {
        let along = |axis: usize| {
            let reached = image[axis].checked_sub(1)? * self.stride[axis] + extent(kernel[axis], self.dilation[axis])?;
            (reached + self.output_padding[axis]).checked_sub(2 * self.padding[axis]).filter(|&size| size > 0)
        };
        Some([along(0)?, along(1)?])
    }

    /// The convolution that this is the transpose of.
    fn transpose(&self) -> ConvParams {
        ConvParams { stride: self.stride, padding: self.padding, dilation: self.dilation, groups: self.groups }
    }
}

impl Default for ConvTransposeParams {
    fn default() -> Self {
        ConvTransposeParams::new(1, 0)
    }
}

/// What the backward pass of a transposed convolution needs of the forward pass.
#[derive(Debug, Clone)]
pub struct ConvTransposeCache<F> {
    /// The input, row-major.
    x: Array4<F>,
    /// The kernels, row-major.
    w: Array4<F>,
    params: ConvTransposeParams,
    /// Height and width of the output.
    output: [usize; 2],
}

impl<F: Scalar> ConvTransposeCache<F> {
    /// The shape of the output.
    fn output_shape(&self) -> [usize; 4] {
        [self.x.dim().0, self.w.dim().1 * self.params.groups, self.output[0], self.output[1]]
    }
}

/// The forward pass of a transposed convolution, one multiplication at a time.
///
/// `y_n,f,h,w = b_f + sum of x_n,c,ih,iw * w_c,f,i,j over all ih s + i d - p = h and iw s + j d - p = w`
///
/// Shapes: `x` (batch, channels, height, width), `w` (channels, filters / groups, kernel height, kernel width), `b`
/// (filters), output (batch, filters, output height, output width) as [`ConvTransposeParams::output_size`] says. Mind
/// that `w` starts with the channels of the input: the filters of a convolution from `y` to `x` fit as they are.
///
/// Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4.
///
/// # Panics
/// If stride, dilation or groups is 0, `output_padding` is below neither stride nor dilation, the groups do not divide
/// the channels, `w` has not one kernel for each channel, `b` has not one value for each filter, or no output is left.
///
/// ```
/// use gradus_nn::conv::{ConvTransposeParams, conv_transpose_forward_naive};
/// use ndarray::array;
/// let (x, w) = (array![[[[1.0, 2.0]]]], array![[[[1.0, 10.0, 100.0]]]]);
/// let (y, _) = conv_transpose_forward_naive(&x, &w, &array![0.5], ConvTransposeParams::new(2, 0));
/// assert_eq!(y, array![[[[1.5, 10.5, 100.0 + 2.0 + 0.5, 20.5, 200.5]]]]);
/// ```
#[track_caller]
pub fn conv_transpose_forward_naive<F: Scalar>(
    x: &ArrayRef4<F>,
    w: &ArrayRef4<F>,
    b: &ArrayRef1<F>,
    params: ConvTransposeParams,
) -> (Array4<F>, ConvTransposeCache<F>) {
    let cache = checked_cache("conv_transpose_forward_naive", x, w, b, params);
    let ([batch, filters, height, width], [top, left]) = (cache.output_shape(), params.padding);
    let (channels, part, kernel_height, kernel_width) = w.dim();

    let mut padded = Array4::<F>::zeros((batch, filters, height + 2 * top, width + 2 * left));
    for ((n, c, ih, iw), &value) in x.indexed_iter() {
        // The first of the filters of this channel's group.
        let first = c / (channels / params.groups) * part;
        for f in 0..part {
            for i in 0..kernel_height {
                for j in 0..kernel_width {
                    let row = ih * params.stride[0] + i * params.dilation[0];
                    let column = iw * params.stride[1] + j * params.dilation[1];
                    padded[[n, first + f, row, column]] += value * w[[c, f, i, j]];
                }
            }
        }
    }
    let y = padded.slice(s![.., .., top..top + height, left..left + width]);
    let b = b.view().insert_axis(Axis(1)).insert_axis(Axis(2));
    (&y + &b, cache)
}

/// The backward pass of a transposed convolution: the gradients `(dx, dw, db)`, one multiplication at a time.
///
/// `dx_n,c,ih,iw = sum_f,i,j dout_n,f,(ih s + i d - p),(iw s + j d - p) * w_c,f,i,j`: a convolution of `dout`
///
/// `dw_c,f,i,j = sum_n,ih,iw dout_n,f,(ih s + i d - p),(iw s + j d - p) * x_n,c,ih,iw`, `db_f = sum_n,h,w dout_n,f,h,w`
///
/// Shapes: `dout` as the output; `dx`, `dw` and `db` as `x`, `w` and `b`. The cache may come from
/// [`conv_transpose_forward`] as well.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::conv::{ConvTransposeParams, conv_transpose_backward_naive, conv_transpose_forward_naive};
/// use ndarray::array;
/// let (x, w) = (array![[[[1.0, 2.0]]]], array![[[[1.0, 10.0]]]]);
/// let (_, cache) = conv_transpose_forward_naive(&x, &w, &array![0.0], ConvTransposeParams::new(1, 0));
/// let (dx, dw, db) = conv_transpose_backward_naive(&array![[[[3.0, 4.0, 5.0]]]], &cache);
/// assert_eq!(dx, array![[[[3.0 + 40.0, 4.0 + 50.0]]]]);
/// assert_eq!((dw, db), (array![[[[3.0 + 8.0, 4.0 + 10.0]]]], array![12.0]));
/// ```
#[track_caller]
pub fn conv_transpose_backward_naive<F: Scalar>(
    dout: &ArrayRef4<F>,
    cache: &ConvTransposeCache<F>,
) -> (Array4<F>, Array4<F>, Array1<F>) {
    require_upstream("conv_transpose_backward_naive", dout.shape(), &cache.output_shape());
    let ConvTransposeCache { x, w, params, .. } = cache;
    let (channels, part, kernel_height, kernel_width) = w.dim();
    let padded = pad(dout, params.padding);

    let mut dx = Array4::<F>::zeros(x.dim());
    let mut dw = Array4::<F>::zeros(w.dim());
    for ((n, c, ih, iw), &value) in x.indexed_iter() {
        let first = c / (channels / params.groups) * part;
        for f in 0..part {
            for i in 0..kernel_height {
                for j in 0..kernel_width {
                    let row = ih * params.stride[0] + i * params.dilation[0];
                    let column = iw * params.stride[1] + j * params.dilation[1];
                    let upstream = padded[[n, first + f, row, column]];
                    dx[[n, c, ih, iw]] += upstream * w[[c, f, i, j]];
                    dw[[c, f, i, j]] += upstream * value;
                }
            }
        }
    }
    let mut db = Array1::zeros(part * params.groups);
    for ((_, f, _, _), &upstream) in dout.indexed_iter() {
        db[f] += upstream;
    }
    (dx, dw, db)
}

/// The forward pass of a transposed convolution, by matrix products: see [`conv_transpose_forward_naive`].
///
/// `y_n,f,h,w = b_f + sum of x_n,c,ih,iw * w_c,f,i,j over all ih s + i d - p = h and iw s + j d - p = w`
///
/// Shapes: `x` (batch, channels, height, width), `w` (channels, filters / groups, kernel height, kernel width), `b`
/// (filters), output (batch, filters, output height, output width) as [`ConvTransposeParams::output_size`] says.
///
/// # Panics
/// As [`conv_transpose_forward_naive`].
///
/// ```
/// use gradus_nn::conv::{ConvTransposeParams, conv_transpose_forward};
/// use ndarray::{Array1, Array4};
/// let (x, w) = (Array4::<f32>::ones((1, 8, 7, 7)), Array4::ones((8, 4, 4, 4)));
/// let (y, _) = conv_transpose_forward(&x, &w, &Array1::zeros(4), ConvTransposeParams::new(2, 1));
/// assert_eq!(y.dim(), (1, 4, 14, 14));
/// ```
#[track_caller]
pub fn conv_transpose_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    w: &ArrayRef4<F>,
    b: &ArrayRef1<F>,
    params: ConvTransposeParams,
) -> (Array4<F>, ConvTransposeCache<F>) {
    let cache = checked_cache("conv_transpose_forward", x, w, b, params);
    let y = spread(cache.x.view(), &cache.w, params.transpose(), &b.to_vec(), cache.output_shape());
    (y, cache)
}

/// The backward pass of a transposed convolution, by matrix products: the gradients `(dx, dw, db)` of
/// [`conv_transpose_backward_naive`].
///
/// Shapes: `dout` as the output; `dx`, `dw` and `db` as `x`, `w` and `b`.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::conv::{ConvTransposeParams, conv_transpose_backward, conv_transpose_forward};
/// use ndarray::{array, Array4};
/// let (x, w) = (array![[[[1.0, 2.0]]]], array![[[[1.0, 10.0]]]]);
/// let (y, cache) = conv_transpose_forward(&x, &w, &array![0.0], ConvTransposeParams::new(1, 0));
/// let (dx, _, db) = conv_transpose_backward(&Array4::ones(y.dim()), &cache);
/// assert_eq!((dx, db), (array![[[[11.0, 11.0]]]], array![3.0]));
/// ```
#[track_caller]
pub fn conv_transpose_backward<F: Scalar>(
    dout: &ArrayRef4<F>,
    cache: &ConvTransposeCache<F>,
) -> (Array4<F>, Array4<F>, Array1<F>) {
    require_upstream("conv_transpose_backward", dout.shape(), &cache.output_shape());
    let ConvTransposeCache { x, w, params, .. } = cache;
    let padded = pad(dout, params.padding);
    let (batch, channels, height, width) = x.dim();
    let dx = correlate(&padded, w, &vec![F::zero(); channels], params.transpose(), [batch, channels, height, width]);
    let (dw, _) = filter_gradient(&padded, x.view(), w.dim(), params.transpose());
    (dx, dw, dout.sum_axis(Axis(3)).sum_axis(Axis(2)).sum_axis(Axis(0)))
}

/// Panics unless these shapes make sense; else what both forward passes keep.
#[track_caller]
fn checked_cache<F: Scalar>(
    operation: &str,
    x: &ArrayRef4<F>,
    w: &ArrayRef4<F>,
    b: &ArrayRef1<F>,
    params: ConvTransposeParams,
) -> ConvTransposeCache<F> {
    let ConvTransposeParams { stride, padding, output_padding, dilation, groups } = params;
    require_positive(operation, stride, dilation, groups);
    assert!(
        (0..2).all(|axis| output_padding[axis] < stride[axis].max(dilation[axis])),
        "{operation}: output_padding must be below stride or dilation, but is {output_padding:?}, with stride {stride:?} \
         and dilation {dilation:?}"
    );
    let both = (("x", x.shape()), ("w", w.shape()));
    require(w.dim().0 == x.dim().1, operation, "w needs one kernel for each channel of x", both.0, both.1);
    let rule = format!("groups, {groups}, must divide the channels of x");
    require(x.dim().1.is_multiple_of(groups), operation, &rule, both.0, both.1);
    let rule = format!("b needs one value for each filter, with groups {groups}");
    require(b.len() == w.dim().1 * groups, operation, &rule, ("b", b.shape()), both.1);
    let output = params.output_size([x.dim().2, x.dim().3], [w.dim().2, w.dim().3]);
    let rule = format!("something must be left of the output after cutting off the padding, {padding:?}");
    require(output.is_some(), operation, &rule, both.0, both.1);
    ConvTransposeCache { x: row_major(x), w: row_major(w), params, output: output.unwrap_or_default() }
}
