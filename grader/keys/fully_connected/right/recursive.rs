// The way through the layers and back is a recursion over the list of layers, with the library's layers; update rules are
// objects; mini-batches without repetition.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer, UpdateRule};
use gradus_nn::activations::{relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward};
use gradus_nn::random::{generator, normal};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Axis, Zip};
use rand::seq::index::sample;

pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    let mut random = generator(seed);
    let inputs = [features].into_iter().chain(hidden.iter().copied());
    let outputs = hidden.iter().copied().chain([classes]);
    let layers = inputs.zip(outputs).map(|(inputs, outputs)| Layer {
        // Transposed, the numbers are as good.
        w: normal::<f64, _>((outputs, inputs), 1.0, &mut random).reversed_axes() * weight_scale,
        b: Array1::from_elem(outputs, 0.0),
    });
    FullyConnectedNet { layers: layers.collect() }
}

fn scores_from(layers: &[Layer], x: Array2<f64>) -> Array2<f64> {
    match layers {
        [] => x,
        [last] => x.dot(&last.w) + &last.b,
        [first, others @ ..] => scores_from(others, relu_forward(&affine_forward(&x, &first.w, &first.b).0).0),
    }
}

fn rows(x: &ArrayD<f64>) -> Array2<f64> {
    x.to_shape((x.shape()[0], x.len() / x.shape()[0])).unwrap().to_owned()
}

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    scores_from(&net.layers, rows(x))
}

/// The loss from here on, its gradient with respect to `x`, and those of these layers, last first.
fn back(layers: &[Layer], x: Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>, Vec<Layer>) {
    let [Layer { w, b }, others @ ..] = layers else {
        let (loss, dscores) = softmax_loss(&x, y);
        return (loss, dscores, Vec::new());
    };
    let (out, cache) = affine_forward(&x, w, b);
    let (loss, dout, mut gradients) = if others.is_empty() {
        back(others, out, y, reg)
    } else {
        let (on, mask) = relu_forward(&out);
        let (loss, dout, gradients) = back(others, on, y, reg);
        (loss, relu_backward(&dout, &mask), gradients)
    };
    let (dx, dw, db) = affine_backward(&dout, &cache);
    gradients.push(Layer { w: dw + &(w * reg), b: db });
    (loss + 0.5 * reg * (w * w).sum(), dx, gradients)
}

pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, FullyConnectedNet) {
    let (loss, _, gradients) = back(&net.layers, rows(x), y, reg);
    (loss, FullyConnectedNet { layers: gradients.into_iter().rev().collect() })
}

pub fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let mut next = velocity.mapv(|velocity| velocity * momentum);
    next.scaled_add(-learning_rate, dw);
    let w = w.clone() + &next;
    (w, next)
}

pub fn rmsprop(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    cache: &ArrayD<f64>,
    learning_rate: f64,
    decay_rate: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let cache = Zip::from(cache).and(dw).map_collect(|c, g| decay_rate * c + (1.0 - decay_rate) * g * g);
    let w = Zip::from(w).and(dw).and(&cache).map_collect(|w, g, c| w - learning_rate * g / (c.powf(0.5) + epsilon));
    (w, cache)
}

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
    let m = (1.0 - beta1) * dw + beta1 * m;
    let v = (1.0 - beta2) * dw.mapv(|slope| slope.powi(2)) + beta2 * v;
    let m_hat = m.clone() / (1.0 - f64::powi(beta1, t as i32));
    let v_hat = v.clone() / (1.0 - f64::powi(beta2, t as i32));
    let w = w - learning_rate * m_hat / (v_hat.sqrt() + epsilon);
    (w, m, v, t)
}

trait Rule {
    fn next(&mut self, w: &ArrayD<f64>, dw: &ArrayD<f64>) -> ArrayD<f64>;
}

struct Plain(f64);
struct Momentum(f64, Option<ArrayD<f64>>);
struct RmsProp(f64, Option<ArrayD<f64>>);
struct Adam(f64, Option<(ArrayD<f64>, ArrayD<f64>, usize)>);

fn zeros_like(w: &ArrayD<f64>) -> ArrayD<f64> {
    ArrayD::zeros(w.shape())
}

impl Rule for Plain {
    fn next(&mut self, w: &ArrayD<f64>, dw: &ArrayD<f64>) -> ArrayD<f64> {
        w - self.0 * dw
    }
}

impl Rule for Momentum {
    fn next(&mut self, w: &ArrayD<f64>, dw: &ArrayD<f64>) -> ArrayD<f64> {
        let velocity = self.1.take().unwrap_or_else(|| zeros_like(w));
        let (next, velocity) = sgd_momentum(w, dw, &velocity, self.0, 0.9);
        self.1 = Some(velocity);
        next
    }
}

impl Rule for RmsProp {
    fn next(&mut self, w: &ArrayD<f64>, dw: &ArrayD<f64>) -> ArrayD<f64> {
        let cache = self.1.take().unwrap_or_else(|| zeros_like(w));
        let (next, cache) = rmsprop(w, dw, &cache, self.0, 0.99, 1e-8);
        self.1 = Some(cache);
        next
    }
}

impl Rule for Adam {
    fn next(&mut self, w: &ArrayD<f64>, dw: &ArrayD<f64>) -> ArrayD<f64> {
        let (m, v, t) = self.1.take().unwrap_or_else(|| (zeros_like(w), zeros_like(w), 0));
        let (next, m, v, t) = adam(w, dw, &m, &v, t, self.0, 0.9, 0.999, 1e-8);
        self.1 = Some((m, v, t));
        next
    }
}

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
    let new_rule = || -> Box<dyn Rule> {
        match rule {
            UpdateRule::Sgd => Box::new(Plain(learning_rate)),
            UpdateRule::SgdMomentum => Box::new(Momentum(learning_rate, None)),
            UpdateRule::RmsProp => Box::new(RmsProp(learning_rate, None)),
            UpdateRule::Adam => Box::new(Adam(learning_rate, None)),
        }
    };
    let mut rules: Vec<Box<dyn Rule>> = (0..2 * net.layers.len()).map(|_| new_rule()).collect();
    let mut random = generator(seed);
    let mut net = net.clone();
    let history = (0..iterations).map(|_| {
        // Never more than there are.
        let batch = sample(&mut random, y.len(), batch_size.min(y.len())).into_vec();
        let (loss, gradients) =
            fully_connected_loss(&net, &x.select(Axis(0), &batch), &y.select(Axis(0), &batch), reg);
        for (i, (layer, Layer { w: dw, b: db })) in net.layers.iter_mut().zip(gradients.layers).enumerate() {
            let w = rules[2 * i].next(&layer.w.to_owned().into_dyn(), &dw.into_dyn());
            let b = rules[2 * i + 1].next(&layer.b.to_owned().into_dyn(), &db.into_dyn());
            *layer = Layer { w: w.into_dimensionality().unwrap(), b: b.into_dimensionality().unwrap() };
        }
        loss
    });
    let history = history.collect();
    (net, history)
}
