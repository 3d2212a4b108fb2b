//! Reference answers of assignment `batchnorm`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::HiddenLayer;
use gradus_assignments::batchnorm::LastLayer;
use gradus_assignments::batchnorm::Mode;
use gradus_assignments::batchnorm::Normalisation;
use gradus_assignments::batchnorm::NormalisedNet;
use gradus_assignments::batchnorm::Parameters;
use gradus_assignments::batchnorm::Running;
use gradus_assignments::batchnorm::RunningLayers;
use gradus_nn::activations::relu_backward;
use gradus_nn::activations::relu_forward;
use gradus_nn::affine::affine_backward;
use gradus_nn::affine::affine_forward;
use gradus_nn::softmax::softmax_loss;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::ArrayD;
use ndarray::Axis;
use ndarray::Ix2;

/// What the backward passes of batch normalisation need of the forward pass. Yours to change; only the name must stay.
pub struct BatchnormCache {
    /// `x` less the mean (batch, features).
    pub centred: Array2<f64>,
    /// The root of the variance plus eps (features).
    pub deviation: Array1<f64>,
    /// `centred / deviation` (batch, features).
    pub x_hat: Array2<f64>,
    pub gamma: Array1<f64>,
}

/// Batch normalisation.
///
/// - `x`: inputs (batch, features)
/// - `gamma`: scales (features)
/// - `beta`: shifts (features)
/// - `running`: the running mean and variance before this batch
/// - `mode`: whether the statistics of the batch are used, and the running ones moved, or the running ones are used and left alone
/// - `momentum`: how much of the running statistics stays, in training
/// - `eps`: what is added to the variance
/// - returns `out` (batch, features), the running mean and variance after this batch, and what the backward passes need
pub fn batchnorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    running: &Running,
    mode: Mode,
    momentum: f64,
    eps: f64,
) -> (Array2<f64>, Running, BatchnormCache) {
    let n = x.nrows() as f64;
    let (centred, var, running) = match mode {
        Mode::Train => {
            let mean = x.sum_axis(Axis(0)) / n;
            let centred = x - &mean;
            let var = (&centred * &centred).sum_axis(Axis(0)) / n;
            let moved = |old: &Array1<f64>, new: &Array1<f64>| old * momentum + new * (1.0 - momentum);
            let running = Running { mean: moved(&running.mean, &mean), var: moved(&running.var, &var) };
            (centred, var, running)
        }
        Mode::Evaluate => (x - &running.mean, running.var.clone(), running.clone()),
    };
    let deviation = (var + eps).mapv(f64::sqrt);
    let x_hat = &centred / &deviation;
    let out = &x_hat * gamma + beta;
    (out, running, BatchnormCache { centred, deviation, x_hat, gamma: gamma.clone() })
}

/// The gradients of batch normalisation in training, back through one step after another.
///
/// - `dout`: the gradient with respect to the output (batch, features)
/// - `cache`: what `batchnorm_forward` returned, in training
/// - returns `dx` (batch, features), `dgamma` (features) and `dbeta` (features)
pub fn batchnorm_backward(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let BatchnormCache { centred, deviation, x_hat, gamma } = cache;
    let n = dout.nrows() as f64;
    // out = gamma * x_hat + beta
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx_hat = dout * gamma;
    // x_hat = centred / deviation
    let ddeviation = -(&dx_hat * x_hat).sum_axis(Axis(0)) / deviation;
    let mut dcentred = dx_hat / deviation;
    // deviation = sqrt(var + eps)
    let dvar = ddeviation / deviation * 0.5;
    // var is the mean of centred * centred
    dcentred += &(centred * &(dvar * (2.0 / n)));
    // centred = x - mean
    let dmean = -dcentred.sum_axis(Axis(0));
    let mut dx = dcentred;
    // mean is the mean of x
    dx += &(dmean / n);
    (dx, dgamma, dbeta)
}

/// The gradients of batch normalisation in training, by the short formula.
///
/// - `dout`: the gradient with respect to the output (batch, features)
/// - `cache`: what `batchnorm_forward` returned, in training
/// - returns `dx` (batch, features), `dgamma` (features) and `dbeta` (features)
pub fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let BatchnormCache { deviation, x_hat, gamma, .. } = cache;
    let n = dout.nrows() as f64;
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx = (dout - &(&dbeta / n) - x_hat * &(&dgamma / n)) * &(gamma / deviation);
    (dx, dgamma, dbeta)
}

/// What the backward pass of layer normalisation needs of the forward pass. Yours to change, as the other.
pub struct LayernormCache {
    /// The root of each row's variance plus eps (batch, 1).
    pub deviation: Array2<f64>,
    /// (batch, features)
    pub x_hat: Array2<f64>,
    pub gamma: Array1<f64>,
}

/// Layer normalisation.
///
/// - `x`: inputs (batch, features)
/// - `gamma`: scales (features)
/// - `beta`: shifts (features)
/// - `eps`: what is added to the variance of each row
/// - returns `out` (batch, features), and what the backward pass needs
pub fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    let d = x.ncols() as f64;
    let mean = x.sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let centred = x - &mean;
    let var = (&centred * &centred).sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let deviation = (var + eps).mapv(f64::sqrt);
    let x_hat = centred / &deviation;
    let out = &x_hat * gamma + beta;
    (out, LayernormCache { deviation, x_hat, gamma: gamma.clone() })
}

/// The gradients of layer normalisation.
///
/// - `dout`: the gradient with respect to the output (batch, features)
/// - `cache`: what `layernorm_forward` returned
/// - returns `dx` (batch, features), `dgamma` (features) and `dbeta` (features)
pub fn layernorm_backward(dout: &Array2<f64>, cache: &LayernormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let LayernormCache { deviation, x_hat, gamma } = cache;
    let d = dout.ncols() as f64;
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx_hat = dout * gamma;
    let shift = dx_hat.sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let stretch = (&dx_hat * x_hat).sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let dx = (dx_hat - &shift - x_hat * &stretch) / deviation;
    (dx, dgamma, dbeta)
}

/// The loss of the network in training, and its gradients.
///
/// - `net`: the network
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * sum(w^2)` over the weights of all layers
/// - returns the loss, its gradient with respect to each parameter, and the running statistics after this batch
pub fn fully_connected_loss(
    net: &NormalisedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Parameters, RunningLayers) {
    let Parameters { hidden, last } = &net.parameters;
    let mut running = net.running.clone();
    let mut caches = Vec::new();
    let mut out = x.clone();
    for (HiddenLayer { w, b, gamma, beta }, running) in hidden.iter().zip(&mut running.layers) {
        let (mut between, affine) = affine_forward(&out, w, b);
        let norm;
        (between, norm) = match net.normalisation {
            Normalisation::None => (between, NormCache::None),
            Normalisation::Batch => {
                let (out, next, cache) = batchnorm_forward(&between, gamma, beta, running, Mode::Train, MOMENTUM, EPS);
                *running = next;
                (out, NormCache::Batch(cache))
            }
            Normalisation::Layer => {
                let (out, cache) = layernorm_forward(&between, gamma, beta, EPS);
                (out, NormCache::Layer(cache))
            }
        };
        let (after, relu) = relu_forward(&between);
        caches.push((affine, norm, relu));
        out = after.into_dyn();
    }
    let (scores, last_cache) = affine_forward(&out, &last.w, &last.b);
    let (mut loss, dscores) = softmax_loss(&scores, y);

    let (mut dout, w, b) = affine_backward(&dscores, &last_cache);
    let mut gradients = Parameters { hidden: Vec::new(), last: LastLayer { w, b } };
    for (affine, norm, relu) in caches.iter().rev() {
        let upstream = dout.into_dimensionality::<Ix2>().expect("a row for each example");
        let dnormalised = relu_backward(&upstream, relu);
        let (dbetween, gamma, beta) = match norm {
            NormCache::None => {
                let zeros = Array1::zeros(dnormalised.ncols());
                (dnormalised, zeros.clone(), zeros)
            }
            NormCache::Batch(cache) => batchnorm_backward_alt(&dnormalised, cache),
            NormCache::Layer(cache) => layernorm_backward(&dnormalised, cache),
        };
        let (dx, w, b) = affine_backward(&dbetween, affine);
        gradients.hidden.push(HiddenLayer { w, b, gamma, beta });
        dout = dx;
    }
    gradients.hidden.reverse();

    let weights = hidden.iter().map(|layer| &layer.w).chain([&last.w]);
    let slopes = gradients.hidden.iter_mut().map(|layer| &mut layer.w).chain([&mut gradients.last.w]);
    for (w, dw) in weights.zip(slopes) {
        loss += 0.5 * reg * w.iter().map(|weight| weight * weight).sum::<f64>();
        dw.scaled_add(reg, w);
    }
    (loss, gradients, running)
}

const MOMENTUM: f64 = 0.9;
const EPS: f64 = 1e-5;

/// The cache of whatever normalisation there is.
enum NormCache {
    None,
    Batch(BatchnormCache),
    Layer(LayernormCache),
}

/// The scores of examples in evaluation.
///
/// - `net`: the network
/// - `x`: examples (batch, ...)
/// - returns the scores (batch, classes)
pub fn scores(net: &NormalisedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let Parameters { hidden, last } = &net.parameters;
    let mut out = x.clone();
    for (HiddenLayer { w, b, gamma, beta }, running) in hidden.iter().zip(&net.running.layers) {
        let between = affine_forward(&out, w, b).0;
        let normalised = match net.normalisation {
            Normalisation::None => between,
            Normalisation::Batch => batchnorm_forward(&between, gamma, beta, running, Mode::Evaluate, MOMENTUM, EPS).0,
            Normalisation::Layer => layernorm_forward(&between, gamma, beta, EPS).0,
        };
        out = relu_forward(&normalised).0.into_dyn();
    }
    affine_forward(&out, &last.w, &last.b).0
}
