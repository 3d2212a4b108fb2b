// Convolution as a product of matrices, with each window as a column; pooling by masks; norms of groups by layer norm of rows.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::{BatchnormParam, ThreeLayerConvNet};
use gradus_nn::Mode;
use gradus_nn::norms::{BatchnormCache, LayernormCache};
use gradus_nn::norms::{batchnorm_backward, batchnorm_forward, layernorm_backward, layernorm_forward};
use ndarray::{Array, Array1, Array2, Array4, ArrayView2, Axis, Dimension, Ix2, s};

pub struct ConvCache {
    /// A column for each window of an image.
    columns: Vec<Array2<f64>>,
    /// A row for each filter.
    rows: Array2<f64>,
    image: (usize, usize, usize, usize),
    filter: (usize, usize, usize, usize),
    step: (usize, usize),
}

/// Goes through the places of all windows: row and column in the columns, place in the padded image.
fn places(
    (_, channels, height, width): (usize, usize, usize, usize),
    (_, _, rows, columns): (usize, usize, usize, usize),
    (stride, pad): (usize, usize),
) -> (usize, Vec<(usize, usize, [usize; 3])>) {
    let down = (height + 2 * pad - rows) / stride + 1;
    let right = (width + 2 * pad - columns) / stride + 1;
    let mut all = Vec::new();
    for c in 0..channels {
        for p in 0..rows {
            for q in 0..columns {
                for i in 0..down {
                    for j in 0..right {
                        let place = [c, i * stride + p, j * stride + q];
                        all.push(((c * rows + p) * columns + q, i * right + j, place));
                    }
                }
            }
        }
    }
    (right, all)
}

pub fn conv_forward_naive(
    x: &Array4<f64>,
    w: &Array4<f64>,
    b: &Array1<f64>,
    stride: usize,
    pad: usize,
) -> (Array4<f64>, ConvCache) {
    let (n, channels, height, width) = x.dim();
    let filters = w.dim().0;
    let rows = w.to_shape((filters, w.len() / filters)).unwrap().to_owned();
    let (right, all) = places(x.dim(), w.dim(), (stride, pad));
    let windows = all.iter().map(|place| place.1 + 1).max().unwrap();
    let mut padded = Array4::zeros((n, channels, height + 2 * pad, width + 2 * pad));
    padded.slice_mut(s![.., .., pad..height + pad, pad..width + pad]).assign(x);
    let mut columns = Vec::new();
    let mut out = Array4::zeros((n, filters, windows / right, right));
    for (image, mut out) in padded.outer_iter().zip(out.outer_iter_mut()) {
        let mut column = Array2::zeros((rows.ncols(), windows));
        all.iter().for_each(|&(row, window, place)| column[[row, window]] = image[place]);
        let product = rows.dot(&column) + b.view().insert_axis(Axis(1));
        out.assign(&product.to_shape((filters, windows / right, right)).unwrap());
        columns.push(column);
    }
    (out, ConvCache { columns, rows, image: x.dim(), filter: w.dim(), step: (stride, pad) })
}

pub fn conv_backward_naive(dout: &Array4<f64>, cache: &ConvCache) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
    let (n, channels, height, width) = cache.image;
    let pad = cache.step.1;
    let (_, all) = places(cache.image, cache.filter, cache.step);
    let mut padded = Array4::<f64>::zeros((n, channels, height + 2 * pad, width + 2 * pad));
    let mut dw = Array2::zeros(cache.rows.raw_dim());
    let mut db = Array1::zeros(cache.filter.0);
    for ((slopes, column), mut image) in dout.outer_iter().zip(&cache.columns).zip(padded.outer_iter_mut()) {
        let slopes = slopes.to_shape((cache.filter.0, column.ncols())).unwrap();
        dw = dw + slopes.dot(&column.t());
        db = db + slopes.sum_axis(Axis(1));
        let dcolumn = cache.rows.t().dot(&slopes);
        all.iter().for_each(|&(row, window, place)| image[place] += dcolumn[[row, window]]);
    }
    let dx = padded.slice(s![.., .., pad..height + pad, pad..width + pad]).to_owned();
    (dx, dw.to_shape(cache.filter).unwrap().to_owned(), db)
}

pub struct MaxPoolCache {
    x: Array4<f64>,
    out: Array4<f64>,
    pool: [usize; 2],
    stride: usize,
}

pub fn max_pool_forward_naive(
    x: &Array4<f64>,
    pool_height: usize,
    pool_width: usize,
    stride: usize,
) -> (Array4<f64>, MaxPoolCache) {
    let (_, _, height, width) = x.dim();
    // Shifted images, one for each number of a window.
    let mut out: Option<Array4<f64>> = None;
    for p in 0..pool_height {
        for q in 0..pool_width {
            let shifted = x.slice(s![.., .., p..=height - pool_height + p;stride, q..=width - pool_width + q;stride]);
            match &mut out {
                None => out = Some(shifted.to_owned()),
                Some(out) => out.zip_mut_with(&shifted, |largest, &number| {
                    if number > *largest {
                        *largest = number;
                    }
                }),
            }
        }
    }
    let out = out.unwrap();
    (out.clone(), MaxPoolCache { x: x.to_owned(), out, pool: [pool_height, pool_width], stride })
}

pub fn max_pool_backward_naive(dout: &Array4<f64>, cache: &MaxPoolCache) -> Array4<f64> {
    let MaxPoolCache { x, out, pool, stride } = cache;
    let (_, _, height, width) = x.dim();
    let mut left = dout.clone();
    let mut dx = Array4::<f64>::zeros(x.raw_dim());
    for p in 0..pool[0] {
        for q in 0..pool[1] {
            let shifted = s![.., .., p..=height - pool[0] + p;*stride, q..=width - pool[1] + q;*stride];
            // What the first of the largest takes is gone for those after it.
            ndarray::Zip::from(dx.slice_mut(shifted)).and(x.slice(shifted)).and(out).and(&mut left).for_each(
                |dx, x, out, left| {
                    if x == out {
                        *dx += *left;
                        *left = 0.0;
                    }
                },
            );
        }
    }
    dx
}

fn as_rows<D: Dimension>(x: &Array<f64, D>) -> Array2<f64> {
    let n = x.shape()[0];
    x.to_shape((n, x.len() / n)).unwrap().to_owned()
}

fn keep_positive(slopes: &mut Array2<f64>, out: &Array2<f64>) {
    slopes.zip_mut_with(out, |slope, out| {
        if *out <= 0.0 {
            *slope = 0.0;
        }
    });
}

fn squares(w: ArrayView2<f64>) -> f64 {
    w.iter().map(|w| w * w).sum()
}

pub fn three_layer_convnet_loss(
    net: &ThreeLayerConvNet,
    x: &Array4<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, ThreeLayerConvNet) {
    let n = y.len() as f64;
    // ReLU may as well stand behind the pooling: the largest number stays the largest.
    let (maps, conv) = conv_forward_naive(x, &net.w1, &net.b1, 1, (net.w1.dim().2 - 1) / 2);
    let (pooled, pool) = max_pool_forward_naive(&maps, 2, 2, 2);
    let first = as_rows(&pooled).mapv(|x| x.max(0.0));
    let second = (first.dot(&net.w2) + &net.b2).mapv(|x| x.max(0.0));
    let mut slopes = second.dot(&net.w3) + &net.b3;
    let mut loss = 0.5 * reg * (squares(as_rows(&net.w1).view()) + squares(net.w2.view()) + squares(net.w3.view()));
    for (mut row, &label) in slopes.rows_mut().into_iter().zip(y) {
        let highest = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|score| (score - highest).exp());
        let sum = row.sum();
        row /= sum;
        loss -= row[label].ln() / n;
        row[label] -= 1.0;
    }
    slopes /= n;
    let mut dsecond = slopes.dot(&net.w3.t());
    keep_positive(&mut dsecond, &second);
    let mut dfirst = dsecond.dot(&net.w2.t());
    keep_positive(&mut dfirst, &first);
    let dpooled = dfirst.to_shape(pooled.raw_dim()).unwrap().to_owned();
    let (_, dw1, b1) = conv_backward_naive(&max_pool_backward_naive(&dpooled, &pool), &conv);
    let gradients = ThreeLayerConvNet {
        w1: dw1 + &net.w1 * reg,
        b1,
        w2: first.t().dot(&dsecond) + &net.w2 * reg,
        b2: dsecond.sum_axis(Axis(0)),
        w3: second.t().dot(&slopes) + &net.w3 * reg,
        b3: slopes.sum_axis(Axis(0)),
    };
    (loss, gradients)
}

pub type SpatialBatchnormCache = (BatchnormCache<f64>, [usize; 3]);

/// A column for each channel, by swapping the first two axes and transposing.
fn channels_as_columns(x: &Array4<f64>) -> Array2<f64> {
    let channels = x.dim().1;
    let swapped = x.view().permuted_axes([1, 0, 2, 3]);
    swapped.to_shape((channels, x.len() / channels)).unwrap().t().as_standard_layout().into_owned()
}

fn columns_as_channels(columns: &Array2<f64>, [n, height, width]: [usize; 3]) -> Array4<f64> {
    let channels = columns.ncols();
    let turned = columns.t().as_standard_layout().into_owned();
    turned.into_shape_with_order((channels, n, height, width)).unwrap().permuted_axes([1, 0, 2, 3])
}

pub fn spatial_batchnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array4<f64>, BatchnormParam, SpatialBatchnormCache) {
    let shape = [x.dim().0, x.dim().2, x.dim().3];
    let mut param = gradus_nn::norms::BatchnormParam::new(gamma.len());
    param.eps = bn_param.eps;
    param.momentum = bn_param.momentum;
    param.running_mean.assign(&bn_param.running_mean);
    param.running_var.assign(&bn_param.running_var);
    if !bn_param.training {
        param.mode = Mode::Evaluate;
    }
    let (out, cache) = batchnorm_forward(&channels_as_columns(x), gamma, beta, &mut param);
    let mut next = bn_param.clone();
    next.running_mean = param.running_mean;
    next.running_var = param.running_var;
    (columns_as_channels(&out, shape), next, (cache, shape))
}

pub fn spatial_batchnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialBatchnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let (dx, dgamma, dbeta) = batchnorm_backward(&channels_as_columns(dout), &cache.0);
    (columns_as_channels(&dx, cache.1), dgamma, dbeta)
}

pub struct SpatialGroupnormCache {
    rows: LayernormCache<f64, Ix2>,
    hats: Array4<f64>,
    sets: usize,
    gamma: Array4<f64>,
}

fn in_each_channel(numbers: &Array1<f64>) -> Array4<f64> {
    numbers.clone().into_shape_with_order((1, numbers.len(), 1, 1)).unwrap()
}

pub fn spatial_groupnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    groups: usize,
    eps: f64,
) -> (Array4<f64>, SpatialGroupnormCache) {
    let sets = x.dim().0 * groups;
    let of_set = x.len() / sets;
    let plain = (Array1::ones(of_set), Array1::zeros(of_set));
    let rows = x.to_shape((sets, of_set)).unwrap().to_owned();
    let (hats, rows) = layernorm_forward(&rows, &plain.0, &plain.1, eps);
    let hats = hats.into_shape_with_order(x.raw_dim()).unwrap();
    let gamma = in_each_channel(gamma);
    let out = &hats * &gamma + in_each_channel(beta);
    (out, SpatialGroupnormCache { rows, hats, sets, gamma })
}

pub fn spatial_groupnorm_backward(
    dout: &Array4<f64>,
    cache: &SpatialGroupnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let over_all_but_channels = |x: Array4<f64>| x.sum_axis(Axis(0)).sum_axis(Axis(1)).sum_axis(Axis(1));
    let dhats = dout * &cache.gamma;
    let dhats = dhats.to_shape((cache.sets, dout.len() / cache.sets)).unwrap().to_owned();
    let (dx, _, _) = layernorm_backward(&dhats, &cache.rows);
    let dx = dx.into_shape_with_order(dout.raw_dim()).unwrap();
    (dx, over_all_but_channels(dout * &cache.hats), over_all_but_channels(dout.clone()))
}
