//! Pooling: each window of an image becomes one number, its maximum or its mean. Every channel is pooled by itself.
//!
//! The window of the output element `(oh, ow)` starts at row `oh s - p` and column `ow s - p` of the image, with stride
//! `s` and padding `p`, and has the kernel's height and width. The `naive` functions write the loops out.
//!
//! Shapes: images `x` (batch, channels, height, width), output `y` (batch, channels, output height, output width).
//!
//! Source: CS231n, notes on convolutional networks.

mod average;
mod max;
mod unpool;

use std::ops::Range;

pub use average::{
    AvgPoolCache, GlobalAvgPoolCache, avg_pool_backward, avg_pool_backward_naive, avg_pool_forward,
    avg_pool_forward_naive, global_avg_pool_backward, global_avg_pool_backward_naive, global_avg_pool_forward,
    global_avg_pool_forward_naive,
};
pub use max::{MaxPoolCache, max_pool_backward, max_pool_backward_naive, max_pool_forward, max_pool_forward_naive};
pub use unpool::{MaxUnpoolCache, max_unpool_backward, max_unpool_forward};

/// The windows of a pooling layer. Pairs are `[height, width]`.
///
/// ```
/// use gradus_nn::pool::PoolParams;
/// let overlapping = PoolParams { padding: [1, 1], ..PoolParams::new(3, 2) };
/// assert_eq!(overlapping.output_size([112, 112]), Some([56, 56]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolParams {
    /// The size of a window, from 1.
    pub kernel: [usize; 2],
    /// How far apart neighbouring windows start, from 1.
    pub stride: [usize; 2],
    /// How far the first window reaches over the edge; at most half of the kernel, so that none lies outside.
    pub padding: [usize; 2],
}

impl PoolParams {
    /// Square windows, one stride for both axes, no padding.
    pub const fn new(kernel: usize, stride: usize) -> Self {
        PoolParams { kernel: [kernel; 2], stride: [stride; 2], padding: [0; 2] }
    }

    /// The output's height and width: `floor((size + 2 p - kernel) / s) + 1` along each axis, or `None` if no window
    /// fits.
    ///
    /// ```
    /// use gradus_nn::pool::PoolParams;
    /// assert_eq!(PoolParams::new(2, 2).output_size([5, 4]), Some([2, 2]));
    /// assert_eq!(PoolParams::new(3, 1).output_size([2, 9]), None);
    /// ```
    pub fn output_size(&self, image: [usize; 2]) -> Option<[usize; 2]> {
        let along = |axis: usize| {
            let room = (image[axis] + 2 * self.padding[axis]).checked_sub(self.kernel[axis])?;
            Some(room.checked_div(self.stride[axis])? + 1)
        };
        Some([along(0)?, along(1)?])
    }

    /// The part of the window of output row (`axis` 0) or column (`axis` 1) `position` that lies inside the image.
    #[inline]
    fn window(&self, axis: usize, position: usize, size: usize) -> Range<usize> {
        let start = position * self.stride[axis];
        let end = (start + self.kernel[axis] - self.padding[axis]).min(size);
        start.saturating_sub(self.padding[axis])..end
    }
}

/// Panics unless these windows fit into such images; gives the shape of the output.
#[track_caller]
fn require_pool(operation: &str, x: &[usize], params: PoolParams) -> [usize; 4] {
    let PoolParams { kernel, stride, padding } = params;
    assert!(
        kernel.iter().chain(&stride).all(|&value| value > 0),
        "{operation}: kernel and stride must be at least 1, but are {kernel:?} and {stride:?}"
    );
    assert!(
        (0..2).all(|axis| 2 * padding[axis] <= kernel[axis]),
        "{operation}: padding must be at most half of the kernel, but is {padding:?}, with kernel {kernel:?}"
    );
    let output = params.output_size([x[2], x[3]]).filter(|_| x[2] > 0 && x[3] > 0);
    let Some([height, width]) = output else {
        panic!(
            "{operation}: the kernel must fit into the image, with padding {padding:?}, but x is {x:?} and kernel is \
             {kernel:?}"
        );
    };
    [x[0], x[1], height, width]
}

/// Panics unless the upstream gradient has the shape of the output.
#[track_caller]
fn require_upstream(operation: &str, dout: &[usize], output: &[usize]) {
    let rule = "dout needs the shape of the output";
    crate::shape::require(dout == output, operation, rule, ("dout", dout), ("the output", output));
}

/// The elements of each plane (height, width) of a row-major array, one after another.
fn planes<F>(array: &[F], size: [usize; 2]) -> std::slice::ChunksExact<'_, F> {
    array.chunks_exact((size[0] * size[1]).max(1))
}

/// The elements of each plane (height, width) of a row-major array, to be changed.
fn planes_mut<F>(array: &mut [F], size: [usize; 2]) -> std::slice::ChunksExactMut<'_, F> {
    array.chunks_exact_mut((size[0] * size[1]).max(1))
}
