//! Max unpooling: puts elements back where max pooling took them from, and zeros everywhere else.

use ndarray::{Array4, ArrayRef4};

use super::{planes, planes_mut, require_upstream};
use crate::Scalar;
use crate::shape::require;

/// What the backward pass of max unpooling needs of the forward pass.
#[derive(Debug, Clone)]
pub struct MaxUnpoolCache {
    /// Where each element of `x` went in its plane, row-major.
    argmax: Array4<u32>,
    /// Height and width of the output.
    output: [usize; 2],
}

/// The forward pass of max unpooling.
///
/// `y_n,c,(argmax_n,c,h,w) = x_n,c,h,w`, and 0 where no position points to
///
/// Where windows of the pooling overlapped, a position may come twice; then the later element, in row-major order, is
/// written over the earlier one, which gets no gradient.
///
/// Shapes: `x` and `argmax` (batch, channels, height, width); output (batch, channels, `size[0]`, `size[1]`). `argmax`
/// comes from [`MaxPoolCache::argmax`](super::MaxPoolCache::argmax): `row * size[1] + column` in the output's plane;
/// `size` is the height and width of the images that were pooled.
///
/// Source: Zeiler, Taylor and Fergus, "Adaptive deconvolutional networks for mid and high level feature learning", 2011.
///
/// # Panics
/// If `argmax` has not the shape of `x`, or points outside the output.
///
/// ```
/// use gradus_nn::pool::{PoolParams, max_pool_forward, max_unpool_forward};
/// use ndarray::array;
/// let x = array![[[[1.0, 2.0, 5.0, 1.0], [4.0, 3.0, 0.0, 1.0]]]];
/// let (y, cache) = max_pool_forward(&x, PoolParams::new(2, 2));
/// let (unpooled, _) = max_unpool_forward(&(y * 10.0), cache.argmax(), [2, 4]);
/// assert_eq!(unpooled, array![[[[0.0, 0.0, 50.0, 0.0], [40.0, 0.0, 0.0, 0.0]]]]);
/// ```
#[track_caller]
pub fn max_unpool_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    argmax: &ArrayRef4<u32>,
    size: [usize; 2],
) -> (Array4<F>, MaxUnpoolCache) {
    let operation = "max_unpool_forward";
    let rule = "argmax needs one position for each element of x";
    require(argmax.shape() == x.shape(), operation, rule, ("argmax", argmax.shape()), ("x", x.shape()));
    let elements = size[0] * size[1];
    if let Some(outside) = argmax.iter().find(|&&position| position as usize >= elements) {
        panic!("{operation}: positions must be below the output's height * width, {size:?}, but one is {outside}");
    }
    let argmax = argmax.as_standard_layout().into_owned();
    let x = x.as_standard_layout();
    let (batch, channels, height, width) = x.dim();
    let mut y = Array4::zeros((batch, channels, size[0], size[1]));
    let values = planes(x.as_slice().expect("row-major"), [height, width]);
    let positions = planes(argmax.as_slice().expect("row-major"), [height, width]);
    for ((plane, values), positions) in
        planes_mut(y.as_slice_mut().expect("row-major"), size).zip(values).zip(positions)
    {
        for (&value, &position) in values.iter().zip(positions) {
            plane[position as usize] = value;
        }
    }
    (y, MaxUnpoolCache { argmax, output: size })
}

/// The backward pass of max unpooling: the gradient `dx`.
///
/// `dx_n,c,h,w = dout_n,c,(argmax_n,c,h,w)`, and 0 for an element that another was written over
///
/// Shapes: `dout` as the output, `dx` as `x`.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::pool::{max_unpool_backward, max_unpool_forward};
/// use ndarray::array;
/// let (_, cache) = max_unpool_forward(&array![[[[6.0]]]], &array![[[[2]]]], [2, 2]);
/// assert_eq!(max_unpool_backward(&array![[[[1.0, 2.0], [3.0, 4.0]]]], &cache), array![[[[3.0]]]]);
/// ```
#[track_caller]
pub fn max_unpool_backward<F: Scalar>(dout: &ArrayRef4<F>, cache: &MaxUnpoolCache) -> Array4<F> {
    let MaxUnpoolCache { argmax, output } = cache;
    let (batch, channels, height, width) = argmax.dim();
    require_upstream("max_unpool_backward", dout.shape(), &[batch, channels, output[0], output[1]]);
    let mut remaining = dout.as_standard_layout().into_owned();
    let mut dx = Array4::zeros(argmax.dim());
    let gradients = planes_mut(dx.as_slice_mut().expect("row-major"), [height, width]);
    let positions = planes(argmax.as_slice().expect("row-major"), [height, width]);
    let upstream = planes_mut(remaining.as_slice_mut().expect("row-major"), *output);
    for ((gradients, positions), upstream) in gradients.zip(positions).zip(upstream) {
        // Backwards, because of several elements at one position the last one was kept.
        for (gradient, &position) in gradients.iter_mut().zip(positions).rev() {
            *gradient = std::mem::replace(&mut upstream[position as usize], F::zero());
        }
    }
    dx
}
