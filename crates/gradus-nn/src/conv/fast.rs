//! Convolution by matrix products: what [`naive`](super::naive) says, in another order.

use ndarray::{Array1, Array4, ArrayRef1, ArrayRef4};

use super::columns::{correlate, filter_gradient, spread};
use super::{ConvCache, ConvParams, require_conv, require_upstream, winograd};
use crate::Scalar;

/// The forward pass of a convolution.
///
/// `y_n,f,oh,ow = b_f + sum_c,i,j w_f,c,i,j * x_n,c,(oh s + i d - p),(ow s + j d - p)`
///
/// Computed as one matrix product for each image and group: the rows of the one factor are the filters, the columns of
/// the other are the windows of the image.
///
/// Shapes: `x` (batch, channels, height, width), `w` (filters, channels / groups, kernel height, kernel width), `b`
/// (filters), output (batch, filters, output height, output width) as [`ConvParams::output_size`] says.
///
/// Source: CS231n, notes on convolutional networks, "Implementation as matrix multiplication".
///
/// # Panics
/// As [`conv_forward_naive`](super::conv_forward_naive).
///
/// ```
/// use gradus_nn::conv::{ConvParams, conv_forward};
/// use ndarray::{Array1, Array4};
/// // A 7 x 7 kernel with padding 3 and stride 2 halves an image.
/// let (x, w, b) = (Array4::<f32>::ones((2, 3, 32, 32)), Array4::ones((16, 3, 7, 7)), Array1::zeros(16));
/// let (y, _) = conv_forward(&x, &w, &b, ConvParams::new(2, 3));
/// assert_eq!(y.dim(), (2, 16, 16, 16));
/// assert_eq!(y[[0, 0, 8, 8]], 3.0 * 7.0 * 7.0);
/// ```
#[track_caller]
pub fn conv_forward<F: Scalar>(
    x: &ArrayRef4<F>,
    w: &ArrayRef4<F>,
    b: &ArrayRef1<F>,
    params: ConvParams,
) -> (Array4<F>, ConvCache<F>) {
    let output = require_conv("conv_forward", x.shape(), w.shape(), b.shape(), params);
    let cache = ConvCache::new(x, w, params, output);
    let (b, shape) = (b.to_vec(), cache.output_shape());
    let y = if winograd::pays(w.dim(), params, shape) {
        winograd::correlate(cache.x_padded.view(), [0, 0], w.view(), &b, shape)
    } else {
        correlate(&cache.x_padded, &cache.w, &b, params, shape)
    };
    (y, cache)
}

/// The backward pass of a convolution: the gradients `(dx, dw, db)`.
///
/// `dw_f,c,i,j = sum_n,oh,ow dout_n,f,oh,ow * x_n,c,(oh s + i d - p),(ow s + j d - p)`
///
/// `dx_n,c,h,w = sum of dout_n,f,oh,ow * w_f,c,i,j over all oh s + i d - p = h and ow s + j d - p = w`
///
/// `db_f = sum_n,oh,ow dout_n,f,oh,ow`
///
/// Shapes: `dout` (batch, filters, output height, output width); `dx`, `dw` and `db` as `x`, `w` and `b`. The cache may
/// come from [`conv_forward_naive`](super::conv_forward_naive) as well.
///
/// Source: CS231n, notes on convolutional networks: the backward pass of a convolution is also a convolution.
///
/// # Panics
/// If `dout` has not the shape of the output.
///
/// ```
/// use gradus_nn::conv::{ConvParams, conv_backward, conv_backward_naive, conv_forward};
/// use gradus_nn::random::{generator, normal};
/// let mut draws = generator(231);
/// let (x, w) = (normal::<f64, _>((2, 4, 9, 8), 1.0, &mut draws), normal((6, 2, 3, 3), 1.0, &mut draws));
/// let (b, params) = (normal(6, 1.0, &mut draws), ConvParams { groups: 2, ..ConvParams::new(2, 1) });
/// let (y, cache) = conv_forward(&x, &w, &b, params);
/// let dout = normal(y.dim(), 1.0, &mut draws);
/// let ((dx, dw, _), (slow_dx, slow_dw, _)) = (conv_backward(&dout, &cache), conv_backward_naive(&dout, &cache));
/// assert!((dx - slow_dx).iter().chain(&(dw - slow_dw)).all(|difference| difference.abs() < 1e-12));
/// ```
#[track_caller]
pub fn conv_backward<F: Scalar>(dout: &ArrayRef4<F>, cache: &ConvCache<F>) -> (Array4<F>, Array4<F>, Array1<F>) {
    require_upstream("conv_backward", dout.shape(), &cache.output_shape());
    let dout = dout.as_standard_layout();
    let (dw, db) = parameter_gradients(&dout, cache);

    let ConvCache { x_padded, w, params, .. } = cache;
    let (batch, channels, height, width) = x_padded.dim();
    let [top, left] = params.padding;
    let x = [batch, channels, height - 2 * top, width - 2 * left];
    let dx = if winograd::pays(w.dim(), *params, cache.output_shape()) {
        winograd::image_gradient(dout.view(), w, params.padding, x)
    } else {
        spread(dout.view(), w, *params, &vec![F::zero(); channels], x)
    };
    (dx, dw, db)
}

/// `dw` and `db` of [`conv_backward`] alone, which is all that the first layer of a network needs.
#[cfg(all(feature = "two_layer_net", feature = "softmax"))] // the network's features
#[track_caller]
pub(crate) fn conv_backward_parameters<F: Scalar>(dout: &ArrayRef4<F>, cache: &ConvCache<F>) -> (Array4<F>, Array1<F>) {
    require_upstream("conv_backward", dout.shape(), &cache.output_shape());
    parameter_gradients(&dout.as_standard_layout(), cache)
}

/// `dout` is row-major.
fn parameter_gradients<F: Scalar>(dout: &ArrayRef4<F>, cache: &ConvCache<F>) -> (Array4<F>, Array1<F>) {
    let ConvCache { x_padded, w, params, .. } = cache;
    if winograd::pays(w.dim(), *params, cache.output_shape()) {
        winograd::filter_gradient(x_padded.view(), dout.view())
    } else {
        filter_gradient(x_padded, dout.view(), w.dim(), *params)
    }
}
