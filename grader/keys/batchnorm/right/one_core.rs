// Layer normalisation is batch normalisation of the transposed examples; outputs as `x * scale + shift`; the network calls itself layer by layer.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{
    HiddenLayer, LastLayer, Mode, Normalisation, NormalisedNet, Parameters, Running, RunningLayers,
};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Axis, Ix2};

#[derive(Clone)]
pub struct BatchnormCache {
    centred: Array2<f64>,
    /// var + eps
    spread: Array1<f64>,
    gamma: Array1<f64>,
}

pub struct LayernormCache {
    transposed: BatchnormCache,
    gamma: Array1<f64>,
}

/// What the four steps from x to x_hat need, for columns.
fn core(x: &Array2<f64>, eps: f64) -> (Array1<f64>, Array1<f64>, Array2<f64>) {
    let mean = x.t().dot(&Array1::ones(x.nrows())) / x.nrows() as f64;
    let centred = x - &mean;
    let spread = centred.mapv(|c| c * c).mean_axis(Axis(0)).unwrap() + eps;
    (mean, spread, centred)
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
    match mode {
        Mode::Evaluate => {
            let spread = &running.var + eps;
            let scale = gamma / &spread.sqrt();
            let out = x * &scale + (beta - &running.mean * &scale);
            let centred = x - &running.mean;
            (out, running.clone(), BatchnormCache { centred, spread, gamma: gamma.clone() })
        }
        Mode::Train => {
            let (mean, spread, centred) = core(x, eps);
            let scale = gamma / &spread.sqrt();
            let out = x * &scale + (beta - &mean * &scale);
            let running = Running {
                mean: &mean + momentum * (&running.mean - &mean),
                var: momentum * &running.var + (1.0 - momentum) * (&spread - eps),
            };
            (out, running, BatchnormCache { centred, spread, gamma: gamma.clone() })
        }
    }
}

/// dx of x_hat alone.
fn core_backward(dx_hat: &Array2<f64>, cache: &BatchnormCache) -> Array2<f64> {
    let BatchnormCache { centred, spread, .. } = cache;
    let n = dx_hat.nrows() as f64;
    let inverse = spread.mapv(|spread| spread.powf(-0.5));
    let dvar = (dx_hat * centred).sum_axis(Axis(0)) * inverse.mapv(|root| -0.5 * root.powi(3));
    let dmean = -(dx_hat.sum_axis(Axis(0)) * &inverse) - &dvar * 2.0 * centred.sum_axis(Axis(0)) / n;
    dx_hat * &inverse + centred * &(dvar * 2.0 / n) + dmean / n
}

pub fn batchnorm_backward(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let dgamma = (dout * &cache.centred).sum_axis(Axis(0)) / cache.spread.sqrt();
    (core_backward(&(dout * &cache.gamma), cache), dgamma, dout.sum_axis(Axis(0)))
}

pub fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let BatchnormCache { centred, spread, gamma } = cache;
    let n = dout.nrows() as f64;
    let root = spread.sqrt();
    let (dgamma, dbeta) = ((dout * centred).sum_axis(Axis(0)) / &root, dout.sum_axis(Axis(0)));
    let with_centred = (dout * centred).sum_axis(Axis(0));
    let dx = (n * dout - &dbeta - centred * &(with_centred / spread)) * &(gamma / &root / n);
    (dx, dgamma, dbeta)
}

pub fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    let x = x.t().to_owned();
    let (ones, zeros) = (Array1::ones(x.ncols()), Array1::zeros(x.ncols()));
    let (x_hat, _, transposed) =
        batchnorm_forward(&x, &ones, &zeros, &Running::new(x.ncols()), Mode::Train, 0.0, eps);
    let out = gamma * &x_hat.t() + beta;
    (out, LayernormCache { transposed, gamma: gamma.clone() })
}

pub fn layernorm_backward(dout: &Array2<f64>, cache: &LayernormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let LayernormCache { transposed, gamma } = cache;
    let x_hat = (&transposed.centred / &transposed.spread.sqrt()).reversed_axes();
    let dx_hat = (dout * gamma).reversed_axes();
    let dx = core_backward(&dx_hat, transposed).t().to_owned();
    (dx, (dout * &x_hat).sum_axis(Axis(0)), dout.sum_axis(Axis(0)))
}

/// Loss, gradients of the layers from `depth` on, new statistics of them, and the gradient of what came in.
fn from_layer(
    net: &NormalisedNet,
    depth: usize,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
) -> (f64, Vec<HiddenLayer>, LastLayer, Vec<Running>, ArrayD<f64>) {
    let Some(layer) = net.parameters.hidden.get(depth) else {
        let (scores, cache) = affine_forward(x, &net.parameters.last.w, &net.parameters.last.b);
        let (loss, dscores) = softmax_loss(&scores, y);
        let (dx, w, b) = affine_backward(&dscores, &cache);
        return (loss, vec![], LastLayer { w, b }, vec![], dx);
    };
    let (between, affine) = affine_forward(x, &layer.w, &layer.b);
    let mut running = net.running.layers[depth].clone();
    let mut back: Box<dyn Fn(&Array2<f64>) -> (Array2<f64>, Array1<f64>, Array1<f64>)> =
        Box::new(|dout| (dout.clone(), Array1::zeros(dout.ncols()), Array1::zeros(dout.ncols())));
    let mut out = between.clone();
    if net.normalisation == Normalisation::Batch {
        let cache;
        (out, running, cache) =
            batchnorm_forward(&between, &layer.gamma, &layer.beta, &running, Mode::Train, 0.9, 1e-5);
        back = Box::new(move |dout| batchnorm_backward_alt(dout, &cache));
    }
    if net.normalisation == Normalisation::Layer {
        let cache;
        (out, cache) = layernorm_forward(&between, &layer.gamma, &layer.beta, 1e-5);
        back = Box::new(move |dout| layernorm_backward(dout, &cache));
    }
    let on = out.mapv(|out| if out > 0.0 { 1.0 } else { 0.0 });
    let (loss, mut hidden, last, mut statistics, dout) = from_layer(net, depth + 1, &(&out * &on).into_dyn(), y);
    let (dbetween, gamma, beta) = back(&(dout.into_dimensionality::<Ix2>().unwrap() * on));
    let (dx, w, b) = affine_backward(&dbetween, &affine);
    hidden.insert(0, HiddenLayer { w, b, gamma, beta });
    statistics.insert(0, running);
    (loss, hidden, last, statistics, dx)
}

pub fn fully_connected_loss(
    net: &NormalisedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Parameters, RunningLayers) {
    let (mut loss, mut hidden, mut last, layers, _) = from_layer(net, 0, x, y);
    for (gradient, layer) in hidden.iter_mut().zip(&net.parameters.hidden) {
        loss += 0.5 * reg * layer.w.pow2().sum();
        gradient.w += &(reg * &layer.w);
    }
    loss += 0.5 * reg * net.parameters.last.w.pow2().sum();
    last.w += &(reg * &net.parameters.last.w);
    (loss, Parameters { hidden, last }, RunningLayers { layers })
}

pub fn scores(net: &NormalisedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let mut x = x.clone();
    for (depth, layer) in net.parameters.hidden.iter().enumerate() {
        let HiddenLayer { w, b, gamma, beta } = layer;
        let running = &net.running.layers[depth];
        let between = affine_forward(&x, w, b).0;
        let out = match net.normalisation {
            Normalisation::Batch => batchnorm_forward(&between, gamma, beta, running, Mode::Evaluate, 0.9, 1e-5).0,
            Normalisation::Layer => layernorm_forward(&between, gamma, beta, 1e-5).0,
            Normalisation::None => between,
        };
        x = out.mapv(|out| out.max(0.0)).into_dyn();
    }
    affine_forward(&x, &net.parameters.last.w, &net.parameters.last.b).0
}
