// Everything is written out without the library: products of matrices, masks, the softmax loss, normal numbers by Box and
// Muller from a generator of its own; number by number in the update rules; nothing marked `pub`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer, UpdateRule};
use ndarray::{Array1, Array2, ArrayD, Axis, s};

/// A linear congruential generator: Knuth's MMIX.
struct Generator(u64);

impl Generator {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 11
    }

    /// Between 0 and 1, neither included.
    fn share(&mut self) -> f64 {
        (self.next() as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.share().ln()).sqrt() * (std::f64::consts::TAU * self.share()).cos()
    }
}

fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    let mut stages = vec![features];
    stages.extend(hidden);
    stages.push(classes);
    let mut generator = Generator(seed ^ 0x9E37_79B9_7F4A_7C15);
    (0..3).for_each(|_| _ = generator.next());
    let mut layers = vec![];
    for i in 1..stages.len() {
        let mut w = Array2::zeros((stages[i - 1], stages[i]));
        for weight in w.iter_mut() {
            *weight = generator.normal() * weight_scale;
        }
        layers.push(Layer { w, b: Array1::zeros(stages[i]) });
    }
    FullyConnectedNet { layers }
}

/// The inputs of all layers, and the scores.
fn forward(net: &FullyConnectedNet, x: &ArrayD<f64>) -> (Vec<Array2<f64>>, Array2<f64>) {
    let n = x.len_of(Axis(0));
    let rows = Array2::from_shape_vec((n, x.len() / n), x.iter().copied().collect()).unwrap();
    let mut inputs = vec![rows];
    loop {
        let layer = &net.layers[inputs.len() - 1];
        let out = inputs[inputs.len() - 1].dot(&layer.w) + &layer.b;
        if inputs.len() == net.layers.len() {
            return (inputs, out);
        }
        inputs.push(out.mapv(|out| if out > 0.0 { out } else { 0.0 }));
    }
}

fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    forward(net, x).1
}

fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, FullyConnectedNet) {
    let n = y.len() as f64;
    let (inputs, mut slopes) = forward(net, x);
    let mut loss = 0.0;
    for (mut row, &label) in slopes.outer_iter_mut().zip(y) {
        let highest = row.fold(f64::MIN, |a, &b| a.max(b));
        row.mapv_inplace(|score| (score - highest).exp());
        row /= row.sum();
        loss -= row[label].ln() / n;
        row[label] -= 1.0;
    }
    slopes /= n;
    let mut gradients = net.clone();
    for i in (0..inputs.len()).rev() {
        let Layer { w, .. } = &net.layers[i];
        gradients.layers[i] = Layer { w: inputs[i].t().dot(&slopes) + reg * w, b: slopes.sum_axis(Axis(0)) };
        loss += reg / 2.0 * w.fold(0.0, |sum, weight| sum + weight.powi(2));
        // What is 0 behind ReLU was off.
        let on = inputs[i].mapv(|input| f64::from(u8::from(input > 0.0)));
        slopes = slopes.dot(&w.t()) * on;
    }
    (loss, gradients)
}

fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let (mut w, mut velocity) = (w.clone(), velocity.clone());
    for ((w, v), slope) in w.iter_mut().zip(velocity.iter_mut()).zip(dw) {
        *v = momentum * *v - learning_rate * slope;
        *w += *v;
    }
    (w, velocity)
}

fn rmsprop(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    cache: &ArrayD<f64>,
    learning_rate: f64,
    decay_rate: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let (mut w, mut cache) = (w.clone(), cache.clone());
    for ((w, mean), slope) in w.iter_mut().zip(cache.iter_mut()).zip(dw) {
        *mean += (1.0 - decay_rate) * (slope.powi(2) - *mean);
        *w -= learning_rate / (mean.sqrt() + epsilon) * slope;
    }
    (w, cache)
}

fn adam(
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
    let (mut w, mut m, mut v) = (w.clone(), m.clone(), v.clone());
    let unbias = |beta: f64| 1.0 / (1.0 - beta.powf((t + 1) as f64));
    let (rate, unbias_v) = (learning_rate * unbias(beta1), unbias(beta2));
    for (((w, m), v), slope) in w.iter_mut().zip(m.iter_mut()).zip(v.iter_mut()).zip(dw) {
        *m = beta1 * *m + (1.0 - beta1) * slope;
        *v = beta2 * *v + (1.0 - beta2) * slope * slope;
        *w -= rate * *m / ((*v * unbias_v).sqrt() + epsilon);
    }
    (w, m, v, t + 1)
}

fn train(
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
    let mut generator = Generator(seed ^ 0x9E37_79B9_7F4A_7C15);
    let mut net = net.clone();
    // All parameters in one long array, and so one state.
    let flat = |net: &FullyConnectedNet| -> ArrayD<f64> {
        net.layers.iter().flat_map(|layer| layer.w.iter().chain(&layer.b)).copied().collect::<Array1<f64>>().into_dyn()
    };
    let mut w = flat(&net);
    let (mut first, mut second, mut t) = (ArrayD::zeros(w.raw_dim()), ArrayD::zeros(w.raw_dim()), 0);
    let mut losses = vec![];
    while losses.len() < iterations {
        let chosen: Vec<usize> = (0..batch_size).map(|_| generator.next() as usize % y.len()).collect();
        let labels = chosen.iter().map(|&i| y[i]).collect();
        let (loss, gradients) = fully_connected_loss(&net, &x.select(Axis(0), &chosen), &labels, reg);
        losses.push(loss);
        let dw = flat(&gradients);
        match rule {
            UpdateRule::Sgd => w = w - learning_rate * dw,
            UpdateRule::SgdMomentum => (w, first) = sgd_momentum(&w, &dw, &first, learning_rate, 0.9),
            UpdateRule::RmsProp => (w, first) = rmsprop(&w, &dw, &first, learning_rate, 0.99, 1e-8),
            UpdateRule::Adam => {
                (w, first, second, t) = adam(&w, &dw, &first, &second, t, learning_rate, 0.9, 0.999, 1e-8)
            }
        }
        let mut start = 0;
        for Layer { w: matrix, b } in &mut net.layers {
            let numbers = w.slice(s![start..start + matrix.len()]).to_owned();
            *matrix = numbers.into_shape_with_order(matrix.dim()).unwrap();
            start += matrix.len();
            *b = w.slice(s![start..start + b.len()]).to_owned();
            start += b.len();
        }
    }
    (net, losses)
}
