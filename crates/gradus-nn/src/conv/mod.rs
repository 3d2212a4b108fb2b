//! Convolution over images, and its transpose: `naive` writes the loops out, `fast` computes the same by matrix products.
//!
//! `y_n,f,oh,ow = b_f + sum_c,i,j w_f,c,i,j * x_n,c,(oh s + i d - p),(ow s + j d - p)`
//!
//! with stride `s`, dilation `d` and padding `p`; outside the image `x` is 0. With `groups` above 1 the channels and the
//! filters are cut into that many equal parts, and the filters of a part see the channels of that part alone. As many
//! groups as channels make a depthwise convolution.
//!
//! Shapes: images `x` (batch, channels, height, width), filters `w` (filters, channels / groups, kernel height, kernel
//! width), biases `b` (filters), output `y` (batch, filters, output height, output width).
//!
//! Sources: CS231n, notes on convolutional networks (what it calls convolution is, strictly, a cross-correlation: the
//! kernel is not flipped); Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.

mod columns;
mod fast;
mod naive;
mod tiles;
mod transpose;
mod winograd;

use ndarray::{Array4, ArrayRef4};

#[cfg(all(feature = "two_layer_net", feature = "softmax"))]
pub(crate) use fast::conv_backward_parameters;
pub use fast::{conv_backward, conv_forward};
pub use naive::{conv_backward_naive, conv_forward_naive};
pub use transpose::{
    ConvTransposeCache, ConvTransposeParams, conv_transpose_backward, conv_transpose_backward_naive,
    conv_transpose_forward, conv_transpose_forward_naive,
};

use crate::Scalar;
use crate::machinery::{Fresh, copy, for_each};
use crate::shape::require;

/// How the kernel moves over the image. Pairs are `[height, width]`.
///
/// ```
/// use gradus_nn::conv::ConvParams;
/// let depthwise = ConvParams { groups: 32, ..ConvParams::new(1, 1) };
/// assert_eq!(depthwise.stride, [1, 1]);
/// assert_eq!(ConvParams::default(), ConvParams::new(1, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvParams {
    /// How far apart neighbouring windows start, from 1.
    pub stride: [usize; 2],
    /// Zeros added on each side of the image.
    pub padding: [usize; 2],
    /// How far apart the elements of one window lie; 1 leaves no gaps.
    pub dilation: [usize; 2],
    /// Into how many parts channels and filters are cut, from 1.
    pub groups: usize,
}

impl ConvParams {
    /// One stride and one padding for both axes, no dilation, one group.
    pub const fn new(stride: usize, padding: usize) -> Self {
        ConvParams { stride: [stride; 2], padding: [padding; 2], dilation: [1; 2], groups: 1 }
    }

    /// The output's height and width: `floor((size + 2 p - d (kernel - 1) - 1) / s) + 1` along each axis, or `None` if
    /// the kernel does not fit into the padded image.
    ///
    /// ```
    /// use gradus_nn::conv::ConvParams;
    /// assert_eq!(ConvParams::new(4, 2).output_size([224, 224], [11, 11]), Some([55, 55]));
    /// assert_eq!(ConvParams::new(1, 0).output_size([4, 4], [5, 5]), None);
    /// ```
    pub fn output_size(&self, image: [usize; 2], kernel: [usize; 2]) -> Option<[usize; 2]> {
        let along = |axis: usize| {
            let covered = extent(kernel[axis], self.dilation[axis])?;
            Some((image[axis] + 2 * self.padding[axis]).checked_sub(covered)?.checked_div(self.stride[axis])? + 1)
        };
        Some([along(0)?, along(1)?])
    }
}

impl Default for ConvParams {
    fn default() -> Self {
        ConvParams::new(1, 0)
    }
}

/// What the backward pass of a convolution needs of the forward pass.
#[derive(Debug, Clone)]
pub struct ConvCache<F> {
    /// The images with their zeros around them, row-major.
    x_padded: Array4<F>,
    /// The filters, row-major.
    w: Array4<F>,
    params: ConvParams,
    /// Height and width of the output.
    output: [usize; 2],
}

impl<F: Scalar> ConvCache<F> {
    fn new(x: &ArrayRef4<F>, w: &ArrayRef4<F>, params: ConvParams, output: [usize; 2]) -> Self {
        ConvCache { x_padded: pad(x, params.padding), w: row_major(w), params, output }
    }

    /// The shape of the output.
    fn output_shape(&self) -> [usize; 4] {
        [self.x_padded.dim().0, self.w.dim().0, self.output[0], self.output[1]]
    }
}

/// Images with zeros around them: `padding[0]` rows above and below, `padding[1]` columns left and right.
fn pad<F: Scalar>(x: &ArrayRef4<F>, [top, left]: [usize; 2]) -> Array4<F> {
    if [top, left] == [0, 0] {
        return row_major(x);
    }
    let (batch, channels, height, width) = x.dim();
    let (x, padded) = (x.as_standard_layout(), [batch, channels, height + 2 * top, width + 2 * left]);
    let mut result = Fresh::new(padded.iter().product());
    let (elements, places) = (x.as_slice().expect("row-major"), height * width);
    for_each(result.pieces((padded[2] * padded[3]).max(1)).enumerate(), x.len(), |(index, result)| {
        let rows = result.zeroed().chunks_exact_mut(padded[3]).skip(top);
        for (result, row) in rows.zip(elements[index * places..][..places].chunks_exact(width.max(1))) {
            result[left..left + width].copy_from_slice(row);
        }
    });
    result.into_array(padded)
}

/// A copy whose elements lie in row-major order, whatever the order of the original.
fn row_major<F: Scalar>(x: &ArrayRef4<F>) -> Array4<F> {
    copy(x)
}

/// How many elements of an image a kernel reaches over; `None` for a kernel of size 0.
fn extent(kernel: usize, dilation: usize) -> Option<usize> {
    Some(dilation * kernel.checked_sub(1)? + 1)
}

/// Panics unless a convolution with these shapes makes sense; gives the output's height and width.
#[track_caller]
fn require_conv(operation: &str, x: &[usize], w: &[usize], b: &[usize], params: ConvParams) -> [usize; 2] {
    let ConvParams { stride, padding, dilation, groups } = params;
    require_positive(operation, stride, dilation, groups);
    let both = (("x", x), ("w", w));
    let rule = format!("groups, {groups}, must divide the channels of x and the filters of w");
    require(x[1].is_multiple_of(groups) && w[0].is_multiple_of(groups), operation, &rule, both.0, both.1);
    let rule = format!("w needs one channel for each channel of x in a group, with groups {groups}");
    require(w[1] == x[1] / groups, operation, &rule, both.0, both.1);
    require(b[0] == w[0], operation, "b needs one value for each filter of w", ("b", b), both.1);
    let output = params.output_size([x[2], x[3]], [w[2], w[3]]);
    let rule = format!("the kernel, with dilation {dilation:?}, must fit into the image, with padding {padding:?}");
    require(output.is_some(), operation, &rule, both.0, both.1);
    output.unwrap_or_default()
}

#[track_caller]
fn require_positive(operation: &str, stride: [usize; 2], dilation: [usize; 2], groups: usize) {
    assert!(
        stride.iter().chain(&dilation).chain([&groups]).all(|&value| value > 0),
        "{operation}: stride, dilation and groups must be at least 1, but are {stride:?}, {dilation:?} and {groups}"
    );
}

/// Panics unless the upstream gradient has the shape of the output.
#[track_caller]
fn require_upstream(operation: &str, dout: &[usize], output: &[usize]) {
    let rule = "dout needs the shape of the output";
    require(dout == output, operation, rule, ("dout", dout), ("the output", output));
}
