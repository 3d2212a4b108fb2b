//! Reference answers of assignment `conv`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::BatchnormParam;
use gradus_assignments::conv::ThreeLayerConvNet;
use gradus_nn::Mode;
use gradus_nn::activations::ReluCache;
use gradus_nn::activations::relu_backward;
use gradus_nn::activations::relu_forward;
use gradus_nn::affine::affine_backward;
use gradus_nn::affine::affine_forward;
use gradus_nn::affine::affine_relu_backward;
use gradus_nn::affine::affine_relu_forward;
use gradus_nn::norms::BatchnormCache;
use gradus_nn::norms::batchnorm_backward;
use gradus_nn::norms::batchnorm_forward;
use gradus_nn::softmax::softmax_loss;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::Array4;
use ndarray::Axis;
use ndarray::Ix4;
use ndarray::s;

/// What `conv_backward_naive` needs of the forward pass.
pub struct ConvCache {
    pub x: Array4<f64>,
    pub w: Array4<f64>,
    pub stride: usize,
    pub pad: usize,
}

/// A convolution, window by window.
///
/// - `x`: images (batch, channels, height, width)
/// - `w`: filters (filters, channels, filter height, filter width)
/// - `b`: biases (filters)
/// - `stride`: how far apart neighbouring windows start, in both directions, from 1
/// - `pad`: zeros on each of the four sides of an image
/// - returns `out` (batch, filters, output height, output width), and what the backward pass needs
pub fn conv_forward_naive(
    x: &Array4<f64>,
    w: &Array4<f64>,
    b: &Array1<f64>,
    stride: usize,
    pad: usize,
) -> (Array4<f64>, ConvCache) {
    let (batch, _, height, width) = x.dim();
    let (filters, channels, filter_height, filter_width) = w.dim();
    let out_height = (height + 2 * pad - filter_height) / stride + 1;
    let out_width = (width + 2 * pad - filter_width) / stride + 1;
    let padded = padded(x, pad);
    let mut out = Array4::zeros((batch, filters, out_height, out_width));
    for ((n, f, i, j), out) in out.indexed_iter_mut() {
        let mut sum = b[f];
        for c in 0..channels {
            for p in 0..filter_height {
                for q in 0..filter_width {
                    sum += w[[f, c, p, q]] * padded[[n, c, i * stride + p, j * stride + q]];
                }
            }
        }
        *out = sum;
    }
    (out, ConvCache { x: x.clone(), w: w.clone(), stride, pad })
}

/// The images with `pad` zeros on each side.
fn padded(x: &Array4<f64>, pad: usize) -> Array4<f64> {
    let (batch, channels, height, width) = x.dim();
    let mut padded = Array4::zeros((batch, channels, height + 2 * pad, width + 2 * pad));
    padded.slice_mut(s![.., .., pad..pad + height, pad..pad + width]).assign(x);
    padded
}

/// The gradients of a convolution.
///
/// - `dout`: the gradient with respect to the output (batch, filters, output height, output width)
/// - `cache`: what `conv_forward_naive` returned beside it
/// - returns `dx`, `dw` and `db`, in the shapes of `x`, `w` and `b`
pub fn conv_backward_naive(dout: &Array4<f64>, cache: &ConvCache) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
    let ConvCache { x, w, stride, pad } = cache;
    let (_, _, height, width) = x.dim();
    let (filters, channels, filter_height, filter_width) = w.dim();
    let padded = padded(x, *pad);
    let mut dpadded = Array4::<f64>::zeros(padded.raw_dim());
    let mut dw = Array4::<f64>::zeros(w.raw_dim());
    let mut db = Array1::zeros(filters);
    for ((n, f, i, j), &slope) in dout.indexed_iter() {
        // Most of what comes back from pooling.
        if slope == 0.0 {
            continue;
        }
        db[f] += slope;
        for c in 0..channels {
            for p in 0..filter_height {
                for q in 0..filter_width {
                    let (row, column) = (i * stride + p, j * stride + q);
                    dpadded[[n, c, row, column]] += slope * w[[f, c, p, q]];
                    dw[[f, c, p, q]] += slope * padded[[n, c, row, column]];
                }
            }
        }
    }
    let dx = dpadded.slice(s![.., .., *pad..pad + height, *pad..pad + width]).to_owned();
    (dx, dw, db)
}

/// What `max_pool_backward_naive` needs of the forward pass.
pub struct MaxPoolCache {
    pub x: Array4<f64>,
    pub pool_height: usize,
    pub pool_width: usize,
    pub stride: usize,
}

/// Max pooling, window by window.
///
/// - `x`: images (batch, channels, height, width)
/// - `pool_height`, `pool_width`: the size of a window, from 1
/// - `stride`: how far apart neighbouring windows start, in both directions, from 1
/// - returns `out` (batch, channels, output height, output width), and what the backward pass needs
pub fn max_pool_forward_naive(
    x: &Array4<f64>,
    pool_height: usize,
    pool_width: usize,
    stride: usize,
) -> (Array4<f64>, MaxPoolCache) {
    let (batch, channels, height, width) = x.dim();
    let out_height = (height - pool_height) / stride + 1;
    let out_width = (width - pool_width) / stride + 1;
    let out = Array4::from_shape_fn((batch, channels, out_height, out_width), |(n, c, i, j)| {
        let (top, left) = (i * stride, j * stride);
        let window = x.slice(s![n, c, top..top + pool_height, left..left + pool_width]);
        window.fold(f64::NEG_INFINITY, |largest, &x| largest.max(x))
    });
    (out, MaxPoolCache { x: x.clone(), pool_height, pool_width, stride })
}

/// The gradient of max pooling.
///
/// - `dout`: the gradient with respect to the output (batch, channels, output height, output width)
/// - `cache`: what `max_pool_forward_naive` returned beside it
/// - returns `dx` in the shape of `x`
pub fn max_pool_backward_naive(dout: &Array4<f64>, cache: &MaxPoolCache) -> Array4<f64> {
    let MaxPoolCache { x, pool_height, pool_width, stride } = cache;
    let mut dx = Array4::zeros(x.raw_dim());
    for ((n, c, i, j), &slope) in dout.indexed_iter() {
        let (top, left) = (i * stride, j * stride);
        let mut first = (top, left);
        for row in top..top + pool_height {
            for column in left..left + pool_width {
                if x[[n, c, row, column]] > x[[n, c, first.0, first.1]] {
                    first = (row, column);
                }
            }
        }
        dx[[n, c, first.0, first.1]] += slope;
    }
    dx
}

/// The caches of the three layers.
pub struct ConvReluPoolCache {
    conv: ConvCache,
    relu: ReluCache<f64, Ix4>,
    pool: MaxPoolCache,
}

/// A convolution with stride 1, ReLU, and max pooling in windows of 2 x 2.
pub fn conv_relu_pool_forward(
    x: &Array4<f64>,
    w: &Array4<f64>,
    b: &Array1<f64>,
    pad: usize,
) -> (Array4<f64>, ConvReluPoolCache) {
    let (maps, conv) = conv_forward_naive(x, w, b, 1, pad);
    let (maps, relu) = relu_forward(&maps);
    let (out, pool) = max_pool_forward_naive(&maps, 2, 2, 2);
    (out, ConvReluPoolCache { conv, relu, pool })
}

/// The gradients `dx`, `dw` and `db` of [`conv_relu_pool_forward`].
pub fn conv_relu_pool_backward(
    dout: &Array4<f64>,
    cache: &ConvReluPoolCache,
) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
    let dmaps = max_pool_backward_naive(dout, &cache.pool);
    let dmaps = relu_backward(&dmaps, &cache.relu);
    conv_backward_naive(&dmaps, &cache.conv)
}

/// The loss of the network and its gradients.
///
/// - `net`: the parameters
/// - `x`: images (batch, channels, height, width)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * (sum(w1^2) + sum(w2^2) + sum(w3^2))`
/// - returns the loss, and its gradient with respect to each parameter
pub fn three_layer_convnet_loss(
    net: &ThreeLayerConvNet,
    x: &Array4<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, ThreeLayerConvNet) {
    let pad = (net.w1.dim().2 - 1) / 2;
    let (pooled, first) = conv_relu_pool_forward(x, &net.w1, &net.b1, pad);
    let (hidden, second) = affine_relu_forward(&pooled, &net.w2, &net.b2);
    let (scores, third) = affine_forward(&hidden, &net.w3, &net.b3);
    let (data_loss, dscores) = softmax_loss(&scores, y);
    let squares = net.w1.iter().chain(&net.w2).chain(&net.w3).map(|weight| weight * weight).sum::<f64>();

    let (dhidden, mut w3, b3) = affine_backward(&dscores, &third);
    let (dpooled, mut w2, b2) = affine_relu_backward(&dhidden, &second);
    let (_, mut w1, b1) = conv_relu_pool_backward(&dpooled, &first);
    w1.scaled_add(reg, &net.w1);
    w2.scaled_add(reg, &net.w2);
    w3.scaled_add(reg, &net.w3);
    (data_loss + 0.5 * reg * squares, ThreeLayerConvNet { w1, b1, w2, b2, w3, b3 })
}

/// Batch normalisation of rows (batch, features), by the library: the output, what comes in with the next batch, and the
/// library's cache, which `batchnorm_backward(&dout, &cache)` takes.
pub fn batchnorm(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array2<f64>, BatchnormParam, BatchnormCache<f64>) {
    let mut own = gradus_nn::norms::BatchnormParam {
        mode: if bn_param.training { Mode::Train } else { Mode::Evaluate },
        eps: bn_param.eps,
        momentum: bn_param.momentum,
        correction: 0,
        running_mean: bn_param.running_mean.clone(),
        running_var: bn_param.running_var.clone(),
    };
    let (out, cache) = batchnorm_forward(x, gamma, beta, &mut own);
    let next = BatchnormParam { running_mean: own.running_mean, running_var: own.running_var, ..bn_param.clone() };
    (out, next, cache)
}

/// What `spatial_batchnorm_backward` needs of the forward pass.
pub struct SpatialBatchnormCache {
    pub of_rows: BatchnormCache<f64>,
}

/// Batch normalisation of each channel.
///
/// - `x`: images (batch, channels, height, width)
/// - `gamma`, `beta`: scale and shift of each channel (channels)
/// - `bn_param`: settings, and running statistics (channels)
/// - returns `out` in the shape of `x`, what takes the place of `bn_param` at the next batch, and what the backward
///   pass needs
pub fn spatial_batchnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array4<f64>, BatchnormParam, SpatialBatchnormCache) {
    let (out, next, of_rows) = batchnorm(&pixels_as_rows(x), gamma, beta, bn_param);
    (rows_as_pixels(&out, x.dim()), next, SpatialBatchnormCache { of_rows })
}

/// A row for each pixel of each image, with the channels as columns.
fn pixels_as_rows(x: &Array4<f64>) -> Array2<f64> {
    let (batch, channels, height, width) = x.dim();
    let channels_last = x.view().permuted_axes([0, 2, 3, 1]);
    channels_last.to_shape((batch * height * width, channels)).expect("as many numbers").into_owned()
}

/// The way back.
fn rows_as_pixels(rows: &Array2<f64>, (batch, channels, height, width): (usize, usize, usize, usize)) -> Array4<f64> {
    let channels_last = rows.to_shape((batch, height, width, channels)).expect("as many numbers");
    channels_last.permuted_axes([0, 3, 1, 2]).as_standard_layout().into_owned()
}

/// The gradients of batch normalisation of each channel, in training.
///
/// - `dout`: the gradient with respect to the output (batch, channels, height, width)
/// - `cache`: what `spatial_batchnorm_forward` returned last
/// - returns `dx` in the shape of `dout`, `dgamma` and `dbeta` (channels)
pub fn spatial_batchnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialBatchnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let (dx, dgamma, dbeta) = batchnorm_backward(&pixels_as_rows(dout), &cache.of_rows);
    (rows_as_pixels(&dx, dout.dim()), dgamma, dbeta)
}

/// What `spatial_groupnorm_backward` needs of the forward pass.
pub struct SpatialGroupnormCache {
    /// The normalised numbers, before scale and shift.
    pub normalised: Array4<f64>,
    /// One divided by the deviation, for each group of each image (batch * groups).
    pub inverse_deviations: Array1<f64>,
    pub gamma: Array1<f64>,
}

/// Group normalisation.
///
/// - `x`: images (batch, channels, height, width)
/// - `gamma`, `beta`: scale and shift of each channel (channels)
/// - `groups`: into how many groups of neighbours the channels are cut; it divides their number
/// - `eps`: added to the variance
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn spatial_groupnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    groups: usize,
    eps: f64,
) -> (Array4<f64>, SpatialGroupnormCache) {
    let mut rows = groups_as_rows(x, x.dim().0 * groups);
    let n = rows.ncols() as f64;
    let inverse_deviations = rows
        .rows_mut()
        .into_iter()
        .map(|mut row| {
            row -= row.sum() / n;
            let inverse_deviation = 1.0 / (row.dot(&row) / n + eps).sqrt();
            row *= inverse_deviation;
            inverse_deviation
        })
        .collect();
    let normalised = rows.into_shape_with_order(x.dim()).expect("as many numbers");
    let out = &normalised * &for_each_channel(gamma) + for_each_channel(beta);
    (out, SpatialGroupnormCache { normalised, inverse_deviations, gamma: gamma.clone() })
}

/// A row for each group of each image, of which there are `count`.
fn groups_as_rows(x: &Array4<f64>, count: usize) -> Array2<f64> {
    x.to_shape((count, x.len() / count)).expect("as many numbers").into_owned()
}

/// One number for each channel, in the shape of images of one pixel.
fn for_each_channel(numbers: &Array1<f64>) -> Array4<f64> {
    numbers.to_shape((1, numbers.len(), 1, 1)).expect("as many numbers").into_owned()
}

/// The gradients of group normalisation.
///
/// - `dout`: the gradient with respect to the output (batch, channels, height, width)
/// - `cache`: what `spatial_groupnorm_forward` returned beside it
/// - returns `dx` in the shape of `dout`, `dgamma` and `dbeta` (channels)
pub fn spatial_groupnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialGroupnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let SpatialGroupnormCache { normalised, inverse_deviations, gamma } = cache;
    let sum_of_channels = |x: &Array4<f64>| x.sum_axis(Axis(3)).sum_axis(Axis(2)).sum_axis(Axis(0));
    let dgamma = sum_of_channels(&(dout * normalised));
    let dbeta = sum_of_channels(dout);

    let count = inverse_deviations.len();
    let mut rows = groups_as_rows(&(dout * &for_each_channel(gamma)), count);
    let normalised = groups_as_rows(normalised, count);
    let n = rows.ncols() as f64;
    for ((mut row, normalised), inverse_deviation) in
        rows.rows_mut().into_iter().zip(normalised.rows()).zip(inverse_deviations)
    {
        let (shift, stretch) = (row.sum() / n, row.dot(&normalised) / n);
        row -= shift;
        row.scaled_add(-stretch, &normalised);
        row *= *inverse_deviation;
    }
    let dx = rows.into_shape_with_order(dout.dim()).expect("as many numbers");
    (dx, dgamma, dbeta)
}
