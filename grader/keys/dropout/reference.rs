//! Reference answers of assignment `dropout`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::FullyConnectedNet;
use gradus_assignments::dropout::Layer;
use gradus_assignments::dropout::Mode;
use gradus_nn::affine::affine_backward;
use gradus_nn::affine::affine_forward;
use gradus_nn::affine::affine_relu_backward;
use gradus_nn::affine::affine_relu_forward;
use gradus_nn::softmax::log_sum_exp;
use gradus_nn::softmax::softmax;
use gradus_nn::softmax::softmax_loss;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::ArrayD;
use ndarray::Axis;
use ndarray::Ix2;
use rand::Rng;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// What `dropout_backward` needs of the forward pass.
pub struct DropoutCache {
    /// What each number was multiplied by; none in evaluation.
    pub mask: Option<ArrayD<f64>>,
}

/// Inverted dropout.
///
/// - `x`: numbers, with any axes
/// - `p`: the probability of keeping a number, above 0 and at most 1
/// - `mode`: training, where numbers are dropped, or evaluation, where nothing is changed
/// - `seed`: where the random numbers start
/// - returns `out` in the shape of `x`, and what the backward pass needs
pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    if mode == Mode::Evaluate {
        return (x.clone(), DropoutCache { mask: None });
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mask = ArrayD::from_shape_simple_fn(x.raw_dim(), || if random.random::<f64>() < p { 1.0 / p } else { 0.0 });
    (x * &mask, DropoutCache { mask: Some(mask) })
}

/// The gradient of dropout.
///
/// - `dout`: the gradient with respect to the output
/// - `cache`: what `dropout_forward` returned beside it
/// - returns `dx`, all in the same shape
pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    match &cache.mask {
        Some(mask) => dout * mask,
        None => dout.clone(),
    }
}

/// The scores of examples.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `p`: the probability of keeping a hidden unit, above 0 and at most 1
/// - `mode`: training or evaluation
/// - `seed`: where the random numbers start
/// - returns the scores (batch, classes)
pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> Array2<f64> {
    let (last, hidden) = net.layers.split_last().expect("at least one layer");
    let mut random = StdRng::seed_from_u64(seed);
    let mut out = x.clone();
    for layer in hidden {
        let active = affine_relu_forward(&out, &layer.w, &layer.b).0.into_dyn();
        out = dropout_forward(&active, p, mode, random.random()).0;
    }
    affine_forward(&out, &last.w, &last.b).0
}

/// The loss of the network in training, and its gradients.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `p`: the probability of keeping a hidden unit, above 0 and at most 1
/// - `reg`: strength of the regulariser `0.5 * reg * sum(w^2)` over the weights of all layers
/// - `seed`: where the random numbers start
/// - returns the loss, and its gradient with respect to each parameter, at the parameter's place
pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    p: f64,
    reg: f64,
    seed: u64,
) -> (f64, FullyConnectedNet) {
    let (last, hidden) = net.layers.split_last().expect("at least one layer");
    let mut random = StdRng::seed_from_u64(seed);
    let mut out = x.clone();
    let mut caches = Vec::new();
    for layer in hidden {
        let (active, affine_relu) = affine_relu_forward(&out, &layer.w, &layer.b);
        let (next, dropout) = dropout_forward(&active.into_dyn(), p, Mode::Train, random.random());
        caches.push((affine_relu, dropout));
        out = next;
    }
    let (scores, last_cache) = affine_forward(&out, &last.w, &last.b);
    let (mut loss, dscores) = softmax_loss(&scores, y);

    let (mut dout, w, b) = affine_backward(&dscores, &last_cache);
    let mut gradients = vec![Layer { w, b }];
    for (affine_relu, dropout) in caches.iter().rev() {
        let dactive = dropout_backward(&dout, dropout).into_dimensionality::<Ix2>().expect("a row for each example");
        let (dx, w, b) = affine_relu_backward(&dactive, affine_relu);
        gradients.push(Layer { w, b });
        dout = dx;
    }
    gradients.reverse();
    for (gradient, layer) in gradients.iter_mut().zip(&net.layers) {
        loss += 0.5 * reg * layer.w.iter().map(|weight| weight * weight).sum::<f64>();
        gradient.w.scaled_add(reg, &layer.w);
    }
    (loss, FullyConnectedNet { layers: gradients })
}

/// The prediction of several passes with dropout.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `p`: the probability of keeping a hidden unit, above 0 and at most 1
/// - `passes`: how many, at least 1
/// - `seed`: where the random numbers start
/// - returns the mean of the probabilities (batch, classes) over the passes, and their standard deviation
pub fn mc_dropout_predict(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    p: f64,
    passes: usize,
    seed: u64,
) -> (Array2<f64>, Array2<f64>) {
    let mut random = StdRng::seed_from_u64(seed);
    let all: Vec<Array2<f64>> =
        (0..passes).map(|_| softmax(&scores(net, x, p, Mode::Train, random.random()))).collect();
    let zeros = Array2::zeros(all[0].raw_dim());
    let mean = all.iter().fold(zeros.clone(), |sum, one| sum + one) / passes as f64;
    let squares = all.iter().fold(zeros, |sum, one| sum + (one - &mean).mapv(|difference| difference * difference));
    (mean, (squares / passes as f64).mapv(f64::sqrt))
}

/// Weights whose columns are no longer than a limit.
///
/// - `w`: weights (inputs, outputs)
/// - `limit`: how long a column may be, above 0
/// - returns the weights, each column that was longer shortened to the limit
pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let lengths = w.mapv(|weight| weight * weight).sum_axis(Axis(0)).mapv(f64::sqrt);
    w * &lengths.mapv(|length| if length > limit { limit / length } else { 1.0 })
}

/// Softmax loss against smoothed labels.
///
/// - `x`: scores (batch, classes)
/// - `y`: labels (batch)
/// - `smoothing`: how much of the certainty is spread over all classes, from 0 up to below 1
/// - returns the mean loss, and its gradient with respect to `x`
pub fn label_smoothing_loss(x: &Array2<f64>, y: &Array1<usize>, smoothing: f64) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    let mut targets = Array2::from_elem(x.raw_dim(), smoothing / x.ncols() as f64);
    for (mut row, &label) in targets.outer_iter_mut().zip(y) {
        row[label] += 1.0 - smoothing;
    }
    let logarithms = x - &log_sum_exp(x).insert_axis(Axis(1));
    let loss = -(&targets * &logarithms).sum() / n;
    (loss, (softmax(x) - targets) / n)
}
