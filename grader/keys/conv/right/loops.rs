// Loops over numbers throughout, without slices; caches are tuples, and batch normalisation does without the library.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::{BatchnormParam, ThreeLayerConvNet};
use gradus_nn::activations::{relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array4};

/// Images, filters, stride, padding.
type ConvCache = (Array4<f64>, Array4<f64>, usize, usize);
/// The shape of the images, and for each window the place of its maximum.
type MaxPoolCache = ([usize; 4], Vec<[usize; 4]>);
/// Normalised numbers, one divided by each deviation, gamma.
type SpatialBatchnormCache = (Array4<f64>, Vec<f64>, Array1<f64>);
/// The same, and the number of groups.
type SpatialGroupnormCache = (Array4<f64>, Vec<f64>, Array1<f64>, usize);

/// The place in the image, if it is not on the padding.
fn inside(place: usize, pad: usize, size: usize) -> Option<usize> {
    place.checked_sub(pad).filter(|place| *place < size)
}

fn conv_forward_naive(
    x: &Array4<f64>,
    w: &Array4<f64>,
    b: &Array1<f64>,
    stride: usize,
    pad: usize,
) -> (Array4<f64>, ConvCache) {
    let &[n, channels, height, width] = x.shape() else { unreachable!() };
    let &[filters, _, rows, columns] = w.shape() else { unreachable!() };
    let (out_height, out_width) = ((height + 2 * pad - rows) / stride + 1, (width + 2 * pad - columns) / stride + 1);
    let mut out = Array4::zeros([n, filters, out_height, out_width]);
    for channel in (0..channels).rev() {
        for p in 0..rows {
            for q in 0..columns {
                for i in 0..out_height {
                    for j in 0..out_width {
                        let Some(row) = inside(i * stride + p, pad, height) else { continue };
                        let Some(column) = inside(j * stride + q, pad, width) else { continue };
                        for image in 0..n {
                            for filter in 0..filters {
                                out[[image, filter, i, j]] +=
                                    w[[filter, channel, p, q]] * x[[image, channel, row, column]];
                            }
                        }
                    }
                }
            }
        }
    }
    for ((_, filter, _, _), out) in out.indexed_iter_mut() {
        *out += b[filter];
    }
    (out, (x.clone(), w.clone(), stride, pad))
}

fn conv_backward_naive(dout: &Array4<f64>, (x, w, stride, pad): &ConvCache) -> (Array4<f64>, Array4<f64>, Array1<f64>) {
    let &[n, channels, height, width] = x.shape() else { unreachable!() };
    let &[filters, _, rows, columns] = w.shape() else { unreachable!() };
    let mut dx = Array4::<f64>::zeros([n, channels, height, width]);
    let mut dw = Array4::<f64>::zeros([filters, channels, rows, columns]);
    let mut db = Array1::<f64>::zeros(filters);
    for ((image, filter, i, j), slope) in dout.indexed_iter() {
        db[filter] += slope;
        for p in 0..rows {
            let Some(row) = inside(i * stride + p, *pad, height) else { continue };
            for q in 0..columns {
                let Some(column) = inside(j * stride + q, *pad, width) else { continue };
                for channel in 0..channels {
                    dx[[image, channel, row, column]] += slope * w[[filter, channel, p, q]];
                    dw[[filter, channel, p, q]] += slope * x[[image, channel, row, column]];
                }
            }
        }
    }
    (dx, dw, db)
}

fn max_pool_forward_naive(
    x: &Array4<f64>,
    pool_height: usize,
    pool_width: usize,
    stride: usize,
) -> (Array4<f64>, MaxPoolCache) {
    let &[n, channels, height, width] = x.shape() else { unreachable!() };
    let shape = [n, channels, (height - pool_height) / stride + 1, (width - pool_width) / stride + 1];
    let mut places = Vec::new();
    let mut out = Vec::new();
    for image in 0..n {
        for channel in 0..channels {
            for i in 0..shape[2] {
                for j in 0..shape[3] {
                    let mut best = [image, channel, i * stride, j * stride];
                    for p in 0..pool_height {
                        for q in 0..pool_width {
                            let place = [image, channel, i * stride + p, j * stride + q];
                            if x[place] > x[best] {
                                best = place;
                            }
                        }
                    }
                    out.push(x[best]);
                    places.push(best);
                }
            }
        }
    }
    (Array4::from_shape_vec(shape, out).unwrap(), ([n, channels, height, width], places))
}

fn max_pool_backward_naive(dout: &Array4<f64>, (shape, places): &MaxPoolCache) -> Array4<f64> {
    let mut dx = Array4::zeros(*shape);
    for (slope, place) in dout.iter().zip(places) {
        dx[*place] += slope;
    }
    dx
}

fn three_layer_convnet_loss(
    net: &ThreeLayerConvNet,
    x: &Array4<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, ThreeLayerConvNet) {
    let (maps, conv) = conv_forward_naive(x, &net.w1, &net.b1, 1, net.w1.dim().3 / 2);
    let (maps, relu) = relu_forward(&maps);
    let (pooled, pool) = max_pool_forward_naive(&maps, 2, 2, 2);
    let (hidden, second) = affine_relu_forward(&pooled, &net.w2, &net.b2);
    let (scores, third) = affine_forward(&hidden, &net.w3, &net.b3);
    let (mut loss, dscores) = softmax_loss(&scores, y);
    let (dhidden, dw3, db3) = affine_backward(&dscores, &third);
    let (dpooled, dw2, db2) = affine_relu_backward(&dhidden, &second);
    let dmaps = relu_backward(&max_pool_backward_naive(&dpooled, &pool), &relu);
    let (_, dw1, db1) = conv_backward_naive(&dmaps, &conv);
    for weight in net.w1.iter().chain(net.w2.iter()).chain(net.w3.iter()) {
        loss += reg / 2.0 * weight.powi(2);
    }
    let gradients = ThreeLayerConvNet {
        w1: dw1 + reg * &net.w1,
        b1: db1,
        w2: dw2 + reg * &net.w2,
        b2: db2,
        w3: dw3 + reg * &net.w3,
        b3: db3,
    };
    (loss, gradients)
}

fn spatial_batchnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    bn_param: &BatchnormParam,
) -> (Array4<f64>, BatchnormParam, SpatialBatchnormCache) {
    let channels = gamma.len();
    let elements = (x.len() / channels) as f64;
    let (mut means, mut vars) = (Array1::<f64>::zeros(channels), Array1::<f64>::zeros(channels));
    let mut next = bn_param.clone();
    if bn_param.training {
        for ((_, c, _, _), x) in x.indexed_iter() {
            means[c] += x / elements;
        }
        for ((_, c, _, _), x) in x.indexed_iter() {
            vars[c] += (x - means[c]) * (x - means[c]) / elements;
        }
        next.running_mean = bn_param.momentum * &bn_param.running_mean + (1.0 - bn_param.momentum) * &means;
        next.running_var = bn_param.momentum * &bn_param.running_var + (1.0 - bn_param.momentum) * &vars;
    } else {
        means.assign(&bn_param.running_mean);
        vars.assign(&bn_param.running_var);
    }
    let inverse: Vec<f64> = vars.iter().map(|var| (var + bn_param.eps).sqrt().recip()).collect();
    let mut hats = x.clone();
    let mut out = x.clone();
    for ((place, hat), out) in hats.indexed_iter_mut().zip(out.iter_mut()) {
        *hat = (*hat - means[place.1]) * inverse[place.1];
        *out = gamma[place.1] * *hat + beta[place.1];
    }
    (out, next, (hats, inverse, gamma.clone()))
}

/// The gradients where the set that a number belongs to is told by image and channel.
fn back(
    dout: &Array4<f64>,
    hats: &Array4<f64>,
    inverse: &[f64],
    gamma: &Array1<f64>,
    set: impl Fn(usize, usize) -> usize,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    let (mut dgamma, mut dbeta) = (Array1::zeros(gamma.len()), Array1::zeros(gamma.len()));
    let (mut shifts, mut stretches) = (vec![0.0; inverse.len()], vec![0.0; inverse.len()]);
    let elements = (dout.len() / inverse.len()) as f64;
    for ((place, slope), hat) in dout.indexed_iter().zip(hats) {
        dgamma[place.1] += slope * hat;
        dbeta[place.1] += slope;
        shifts[set(place.0, place.1)] += slope * gamma[place.1];
        stretches[set(place.0, place.1)] += slope * gamma[place.1] * hat;
    }
    let dx = Array4::from_shape_fn(dout.dim(), |place| {
        let set = set(place.0, place.1);
        let own = elements * gamma[place.1] * dout[place] - shifts[set] - hats[place] * stretches[set];
        own * inverse[set] / elements
    });
    (dx, dgamma, dbeta)
}

fn spatial_batchnorm_backward(
    dout: &Array4<f64>,
    (hats, inverse, gamma): &SpatialBatchnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    back(dout, hats, inverse, gamma, |_, channel| channel)
}

fn spatial_groupnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    groups: usize,
    eps: f64,
) -> (Array4<f64>, SpatialGroupnormCache) {
    let (n, channels, _, _) = x.dim();
    let set = |place: (usize, usize, usize, usize)| place.0 * groups + place.1 * groups / channels;
    let elements = (x.len() / (n * groups)) as f64;
    let (mut sums, mut squares) = (vec![0.0; n * groups], vec![0.0; n * groups]);
    for (place, x) in x.indexed_iter() {
        sums[set(place)] += x;
    }
    for (place, x) in x.indexed_iter() {
        squares[set(place)] += (x - sums[set(place)] / elements).powi(2);
    }
    let inverse: Vec<f64> = squares.iter().map(|square| 1.0 / (square / elements + eps).sqrt()).collect();
    let hats = Array4::from_shape_fn(x.dim(), |place| (x[place] - sums[set(place)] / elements) * inverse[set(place)]);
    let out = Array4::from_shape_fn(x.dim(), |place| gamma[place.1] * hats[place] + beta[place.1]);
    (out, (hats, inverse, gamma.clone(), groups))
}

fn spatial_groupnorm_backward(
    dout: &Array4<f64>,
    (hats, inverse, gamma, groups): &SpatialGroupnormCache,
) -> (Array4<f64>, Array1<f64>, Array1<f64>) {
    back(dout, hats, inverse, gamma, |image, channel| image * groups + channel * groups / gamma.len())
}
