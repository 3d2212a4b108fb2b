// The biases take Adam's number of steps from the weights, which count it up before.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, UpdateRule};
use ndarray::{Array, Array1, ArrayD, Axis, Dimension};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

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
    let mut history = Vec::new();
    for _ in 0..iterations {
        let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..y.len())).collect();
        let (x_batch, y_batch) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
        let (loss, gradients) = fully_connected_loss(&net, &x_batch, &y_batch, reg);
        history.push(loss);
        for ((layer, gradient), (of_w, of_b)) in net.layers.iter_mut().zip(gradients.layers).zip(&mut states) {
            of_w.step(rule, learning_rate, &mut layer.w, gradient.w);
            of_b.t = of_w.t;
            of_b.step(rule, learning_rate, &mut layer.b, gradient.b);
        }
    }
    (net, history)
}

struct State {
    first: ArrayD<f64>,
    second: ArrayD<f64>,
    t: usize,
}

impl State {
    fn new<D: Dimension>(parameter: &Array<f64, D>) -> Self {
        let zeros = ArrayD::zeros(parameter.shape());
        State { first: zeros.clone(), second: zeros, t: 0 }
    }

    fn step<D: Dimension>(&mut self, rule: UpdateRule, rate: f64, parameter: &mut Array<f64, D>, dw: Array<f64, D>) {
        let (w, dw) = (parameter.clone().into_dyn(), dw.into_dyn());
        let next;
        match rule {
            UpdateRule::Sgd => next = w - dw * rate,
            UpdateRule::SgdMomentum => (next, self.first) = sgd_momentum(&w, &dw, &self.first, rate, 0.9),
            UpdateRule::RmsProp => (next, self.second) = rmsprop(&w, &dw, &self.second, rate, 0.99, 1e-8),
            UpdateRule::Adam => {
                (next, self.first, self.second, self.t) =
                    adam(&w, &dw, &self.first, &self.second, self.t, rate, 0.9, 0.999, 1e-8)
            }
        }
        *parameter = next.into_dimensionality().unwrap();
    }
}
