// Loops over rows with `Zip`, which go along memory as operators do; variances by Welford's updates; backward functions by hidden layer.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::*;
use gradus_nn::activations::{ReluCache, relu_backward, relu_forward};
use gradus_nn::affine::{AffineCache, affine_backward, affine_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Ix2, IxDyn, Zip};

pub struct BatchnormCache {
    x_hat: Array2<f64>,
    scale: Array1<f64>,
    root: Array1<f64>,
}

pub struct LayernormCache {
    x_hat: Array2<f64>,
    roots: Vec<f64>,
    gamma: Array1<f64>,
}

pub fn batchnorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    running: &Running,
    mode: Mode,
    momentum: f64,
    eps: f64,
) -> (Array2<f64>, Running, BatchnormCache) {
    let (mut mean, mut var, mut next) = (running.mean.clone(), running.var.clone(), running.clone());
    if let Mode::Train = mode {
        mean.fill(0.0);
        var.fill(0.0);
        for (count, row) in (1..).zip(x.rows()) {
            Zip::from(&mut mean).and(&mut var).and(row).for_each(|mean, sum, x| {
                let distance = x - *mean;
                *mean += distance / count as f64;
                *sum += distance * (x - *mean);
            });
        }
        var /= x.nrows() as f64;
        next = Running {
            mean: momentum * running.mean.clone() + (1.0 - momentum) * mean.clone(),
            var: momentum * running.var.clone() + (1.0 - momentum) * var.clone(),
        };
    }
    let root = var.mapv(|var| (var + eps).sqrt());
    let (mut out, mut x_hat) = (x.clone(), x.clone());
    for (mut out, mut x_hat) in out.rows_mut().into_iter().zip(x_hat.rows_mut()) {
        Zip::from(&mut x_hat).and(&mean).and(&root).for_each(|x, mean, root| *x = (*x - mean) / root);
        Zip::from(&mut out).and(&x_hat).and(gamma).and(beta).for_each(|out, x, gamma, beta| *out = gamma * x + beta);
    }
    let scale = gamma / &root;
    (out, next, BatchnormCache { x_hat, scale, root })
}

pub fn batchnorm_backward(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    // dx_hat / root is dout * scale, so the steps go on from there.
    let n = dout.nrows() as f64;
    let width = cache.scale.len();
    let (mut dgamma, mut dbeta) = (Array1::<f64>::zeros(width), Array1::<f64>::zeros(width));
    for (dout, x_hat) in dout.rows().into_iter().zip(cache.x_hat.rows()) {
        Zip::from(&mut dgamma).and(&mut dbeta).and(dout).and(x_hat).for_each(|dgamma, dbeta, dout, x_hat| {
            *dgamma += dout * x_hat;
            *dbeta += dout;
        });
    }
    // ds = -sum(dx_hat * x_hat) / s, where dx_hat = dout * scale * s; dv = ds / (2 s)
    let ds = -&dgamma * &cache.scale;
    let dv = &ds / &cache.root / 2.0;
    let mut dx = dout.clone();
    let mut dmean = Array1::<f64>::zeros(width);
    for (mut dx, x_hat) in dx.rows_mut().into_iter().zip(cache.x_hat.rows()) {
        Zip::from(&mut dx).and(x_hat).and(&cache.scale).and(&cache.root).and(&dv).for_each(|dx, x_hat, scale, root, dv| {
            *dx = *dx * scale + dv * 2.0 * (x_hat * root) / n;
        });
        Zip::from(&mut dmean).and(&dx).for_each(|dmean, dx| *dmean -= dx);
    }
    dx += &(dmean / n);
    (dx, dgamma, dbeta)
}

pub fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let n = dout.nrows() as f64;
    let mut dbeta = Array1::zeros(dout.ncols());
    let mut dgamma = Array1::zeros(dout.ncols());
    for i in 0..dout.nrows() {
        dbeta += &dout.row(i);
        dgamma += &(&dout.row(i) * &cache.x_hat.row(i));
    }
    let mut dx = dout * n - &dbeta - &cache.x_hat * &dgamma;
    dx *= &(&cache.scale / n);
    (dx, dgamma, dbeta)
}

pub fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    let (mut out, mut x_hat, mut roots) = (x.clone(), x.clone(), vec![]);
    for (mut row, mut out) in x_hat.rows_mut().into_iter().zip(out.rows_mut()) {
        let d = row.len() as f64;
        let mean = row.sum() / d;
        row -= mean;
        let root = (row.dot(&row) / d + eps).sqrt();
        row /= root;
        out.assign(&(&row * gamma + beta));
        roots.push(root);
    }
    (out, LayernormCache { x_hat, roots, gamma: gamma.clone() })
}

pub fn layernorm_backward(dout: &Array2<f64>, cache: &LayernormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let mut dx = dout.clone();
    let (mut dgamma, mut dbeta) = (Array1::zeros(dout.ncols()), Array1::zeros(dout.ncols()));
    for (i, mut row) in dx.rows_mut().into_iter().enumerate() {
        let x_hat = cache.x_hat.row(i);
        dbeta += &row;
        dgamma += &(&row * &x_hat);
        row *= &cache.gamma;
        let (shift, stretch) = (row.mean().unwrap(), row.dot(&x_hat) / row.len() as f64);
        row -= shift;
        row.scaled_add(-stretch, &x_hat);
        row /= cache.roots[i];
    }
    (dx, dgamma, dbeta)
}

enum Norm {
    Nothing,
    OfBatch(BatchnormCache),
    OfLayer(LayernormCache),
}

struct HiddenCache(AffineCache<f64, IxDyn>, Norm, ReluCache<f64, Ix2>);

fn hidden_forward(
    x: &ArrayD<f64>,
    layer: &HiddenLayer,
    normalisation: Normalisation,
    running: &Running,
    mode: Mode,
) -> (ArrayD<f64>, Running, HiddenCache) {
    let (out, affine) = affine_forward(x, &layer.w, &layer.b);
    let (out, next, norm) = match normalisation {
        Normalisation::None => (out, running.clone(), Norm::Nothing),
        Normalisation::Batch => {
            let (out, next, cache) = batchnorm_forward(&out, &layer.gamma, &layer.beta, running, mode, 0.9, 1e-5);
            (out, next, Norm::OfBatch(cache))
        }
        Normalisation::Layer => {
            let (out, cache) = layernorm_forward(&out, &layer.gamma, &layer.beta, 1e-5);
            (out, running.clone(), Norm::OfLayer(cache))
        }
    };
    let (out, relu) = relu_forward(&out);
    (out.into_dyn(), next, HiddenCache(affine, norm, relu))
}

fn hidden_backward(dout: ArrayD<f64>, HiddenCache(affine, norm, relu): &HiddenCache) -> (ArrayD<f64>, HiddenLayer) {
    let dout = relu_backward(&dout.into_dimensionality().unwrap(), relu);
    let zeros = Array1::zeros(dout.ncols());
    let (dout, gamma, beta) = match norm {
        Norm::Nothing => (dout, zeros.clone(), zeros),
        Norm::OfBatch(cache) => batchnorm_backward(&dout, cache),
        Norm::OfLayer(cache) => layernorm_backward(&dout, cache),
    };
    let (dx, w, b) = affine_backward(&dout, affine);
    (dx, HiddenLayer { w, b, gamma, beta })
}

pub fn fully_connected_loss(
    net: &NormalisedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Parameters, RunningLayers) {
    let mut h = x.to_owned();
    let (mut running, mut caches) = (vec![], vec![]);
    for i in 0..net.parameters.hidden.len() {
        let layer = &net.parameters.hidden[i];
        let (out, next, cache) = hidden_forward(&h, layer, net.normalisation, &net.running.layers[i], Mode::Train);
        h = out;
        running.push(next);
        caches.push(cache);
    }
    let (scores, cache) = affine_forward(&h, &net.parameters.last.w, &net.parameters.last.b);
    let (loss, dscores) = softmax_loss(&scores, y);
    let (mut dh, mut w, b) = affine_backward(&dscores, &cache);
    w += &(reg * &net.parameters.last.w);
    let mut penalty = net.parameters.last.w.iter().map(|w| w * w).sum::<f64>();
    let mut hidden = std::collections::VecDeque::new();
    for (layer, cache) in net.parameters.hidden.iter().zip(&caches).rev() {
        let mut gradient;
        (dh, gradient) = hidden_backward(dh, cache);
        gradient.w += &(reg * &layer.w);
        penalty += layer.w.iter().map(|w| w * w).sum::<f64>();
        hidden.push_front(gradient);
    }
    let gradients = Parameters { hidden: hidden.into(), last: LastLayer { w, b } };
    (loss + 0.5 * reg * penalty, gradients, RunningLayers { layers: running })
}

pub fn scores(net: &NormalisedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let hidden = net.parameters.hidden.iter().zip(&net.running.layers).fold(x.to_owned(), |x, (layer, running)| {
        hidden_forward(&x, layer, net.normalisation, running, Mode::Evaluate).0
    });
    affine_forward(&hidden, &net.parameters.last.w, &net.parameters.last.b).0
}
