//! Reference answers of assignment `fully_connected`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::FullyConnectedNet;
use gradus_assignments::fully_connected::Layer;
use gradus_assignments::fully_connected::UpdateRule;
use gradus_nn::affine::affine_backward;
use gradus_nn::affine::affine_forward;
use gradus_nn::affine::affine_relu_backward;
use gradus_nn::affine::affine_relu_forward;
use gradus_nn::random::normal;
use gradus_nn::softmax::softmax_loss;
use ndarray::Array;
use ndarray::Array1;
use ndarray::Array2;
use ndarray::ArrayD;
use ndarray::Axis;
use ndarray::Dimension;
use ndarray::Ix2;
use rand::Rng;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// A network that has learned nothing yet.
///
/// - `features`: numbers of an example
/// - `hidden`: units of each hidden layer, first to last; may be empty
/// - `classes`: numbers of a row of scores
/// - `weight_scale`: standard deviation of the weights, 0 or more
/// - `seed`: where the random numbers start
/// - returns the parameters of `hidden.len() + 1` layers, biases 0
pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    let mut random = StdRng::seed_from_u64(seed);
    let mut inputs = features;
    let mut layers = Vec::new();
    for &outputs in hidden.iter().chain([&classes]) {
        let w = normal((inputs, outputs), weight_scale, &mut random);
        layers.push(Layer { w, b: Array1::zeros(outputs) });
        inputs = outputs;
    }
    FullyConnectedNet { layers }
}

/// The scores of examples.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - returns the scores (batch, classes)
pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let (last, hidden) = net.layers.split_last().expect("at least one layer");
    let mut out = x.clone();
    for layer in hidden {
        out = affine_relu_forward(&out, &layer.w, &layer.b).0.into_dyn();
    }
    affine_forward(&out, &last.w, &last.b).0
}

/// The loss of the network and its gradients.
///
/// - `net`: the parameters
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `0.5 * reg * sum(w^2)` over the weights of all layers
/// - returns the loss, and its gradient with respect to each parameter, at the parameter's place
pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, FullyConnectedNet) {
    let (last, hidden) = net.layers.split_last().expect("at least one layer");
    let mut out = x.clone();
    let mut caches = Vec::new();
    for layer in hidden {
        let (next, cache) = affine_relu_forward(&out, &layer.w, &layer.b);
        caches.push(cache);
        out = next.into_dyn();
    }
    let (scores, last_cache) = affine_forward(&out, &last.w, &last.b);
    let (mut loss, dscores) = softmax_loss(&scores, y);

    let (mut dout, w, b) = affine_backward(&dscores, &last_cache);
    let mut gradients = vec![Layer { w, b }];
    for cache in caches.iter().rev() {
        let upstream = dout.into_dimensionality::<Ix2>().expect("a row for each example");
        let (dx, w, b) = affine_relu_backward(&upstream, cache);
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

/// One step of gradient descent with momentum.
///
/// - `w`: a parameter, with any axes
/// - `dw`: its gradient, in the same shape
/// - `velocity`: what the step before returned, in the same shape; 0 before the first step
/// - `learning_rate`: how much a gradient changes the velocity
/// - `momentum`: how much of the velocity stays, from 0 up to below 1
/// - returns the next `w` and the next velocity
pub fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let velocity = velocity * momentum - dw * learning_rate;
    (w + &velocity, velocity)
}

/// One step of RMSProp.
///
/// - `w`: a parameter, with any axes
/// - `dw`: its gradient, in the same shape
/// - `cache`: the running mean of squared gradients that the step before returned; 0 before the first step
/// - `learning_rate`: the length of a step
/// - `decay_rate`: how much of the old mean stays, from 0 up to below 1
/// - `epsilon`: what is added to the root of the mean
/// - returns the next `w` and the next running mean
pub fn rmsprop(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    cache: &ArrayD<f64>,
    learning_rate: f64,
    decay_rate: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let cache = cache * decay_rate + dw * dw * (1.0 - decay_rate);
    let step = dw * learning_rate / (cache.mapv(f64::sqrt) + epsilon);
    (w - &step, cache)
}

/// One step of Adam.
///
/// - `w`: a parameter, with any axes
/// - `dw`: its gradient, in the same shape
/// - `m`: the running mean of gradients that the step before returned; 0 before the first step
/// - `v`: the running mean of squared gradients that the step before returned; 0 before the first step
/// - `t`: the number of steps before this one
/// - `learning_rate`: the length of a step
/// - `beta1`: how much of `m` stays, from 0 up to below 1
/// - `beta2`: how much of `v` stays, from 0 up to below 1
/// - `epsilon`: what is added to the root of the corrected `v`
/// - returns the next `w`, `m`, `v` and `t`
pub fn adam(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    m: &ArrayD<f64>,
    v: &ArrayD<f64>,
    t: usize,
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>, ArrayD<f64>, usize) {
    let t = t + 1;
    let m = m * beta1 + dw * (1.0 - beta1);
    let v = v * beta2 + dw * dw * (1.0 - beta2);
    let corrected_m = &m / (1.0 - beta1.powi(t as i32));
    let corrected_v = &v / (1.0 - beta2.powi(t as i32));
    let step = corrected_m * learning_rate / (corrected_v.mapv(f64::sqrt) + epsilon);
    (w - &step, m, v, t)
}

/// Trains a network on random mini-batches.
///
/// - `net`: the network to start from
/// - `x`: examples (batch, ...)
/// - `y`: labels (batch)
/// - `rule`: how a step is made of a gradient
/// - `learning_rate`: passed on to the update rule
/// - `reg`: strength of the regulariser, passed on to [`fully_connected_loss`]
/// - `iterations`: number of steps
/// - `batch_size`: number of examples in each mini-batch, at least 1
/// - `seed`: where the random numbers start
/// - returns the trained network, and the loss of each mini-batch before its step
pub fn train(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    rule: UpdateRule,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (FullyConnectedNet, Vec<f64>) {
    let mut net = net.clone();
    let mut states: Vec<(State, State)> =
        net.layers.iter().map(|layer| (State::new(&layer.w), State::new(&layer.b))).collect();
    let mut random = StdRng::seed_from_u64(seed);
    let mut history = Vec::with_capacity(iterations);
    for _ in 0..iterations {
        let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..y.len())).collect();
        let (x_batch, y_batch) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
        let (loss, gradients) = fully_connected_loss(&net, &x_batch, &y_batch, reg);
        history.push(loss);
        for ((layer, gradient), (of_w, of_b)) in net.layers.iter_mut().zip(gradients.layers).zip(&mut states) {
            of_w.step(rule, learning_rate, &mut layer.w, gradient.w);
            of_b.step(rule, learning_rate, &mut layer.b, gradient.b);
        }
    }
    (net, history)
}

/// What an update rule keeps for one parameter between steps.
struct State {
    /// A velocity, or a running mean of gradients.
    first: ArrayD<f64>,
    /// A running mean of squared gradients.
    second: ArrayD<f64>,
    t: usize,
}

impl State {
    fn new<D: Dimension>(parameter: &Array<f64, D>) -> Self {
        let zeros = ArrayD::zeros(parameter.shape());
        State { first: zeros.clone(), second: zeros, t: 0 }
    }

    fn step<D: Dimension>(
        &mut self,
        rule: UpdateRule,
        learning_rate: f64,
        parameter: &mut Array<f64, D>,
        gradient: Array<f64, D>,
    ) {
        let State { first, second, t } = self;
        let (w, dw) = (parameter.clone().into_dyn(), gradient.into_dyn());
        let next = match rule {
            UpdateRule::Sgd => w - dw * learning_rate,
            UpdateRule::SgdMomentum => {
                let next;
                (next, *first) = sgd_momentum(&w, &dw, first, learning_rate, 0.9);
                next
            }
            UpdateRule::RmsProp => {
                let next;
                (next, *second) = rmsprop(&w, &dw, second, learning_rate, 0.99, 1e-8);
                next
            }
            UpdateRule::Adam => {
                let next;
                (next, *first, *second, *t) = adam(&w, &dw, first, second, *t, learning_rate, 0.9, 0.999, 1e-8);
                next
            }
        };
        *parameter = next.into_dimensionality().expect("a step keeps the shape");
    }
}
