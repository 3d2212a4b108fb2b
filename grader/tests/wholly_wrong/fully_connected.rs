//! Answers to `fully_connected` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::fully_connected::{FullyConnectedNet, Functions, Layer};
use gradus_question::Answer;
use ndarray::{Array1, Array2, ArrayD};

use super::{Seen, falling, once};

type Step = (ArrayD<f64>, ArrayD<f64>);
type AdamsStep = (ArrayD<f64>, ArrayD<f64>, ArrayD<f64>, usize);

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::fully_connected::first_right()
}

fn filled(net: &FullyConnectedNet, value: f64) -> FullyConnectedNet {
    let layers = net.layers.iter().map(|layer| Layer {
        w: Array2::from_elem(layer.w.raw_dim(), value),
        b: Array1::from_elem(layer.b.raw_dim(), value),
    });
    FullyConnectedNet { layers: layers.collect() }
}

fn filled_anew(features: usize, hidden: &Array1<usize>, classes: usize, value: f64) -> FullyConnectedNet {
    let mut inputs = features;
    let layers = hidden.iter().chain([&classes]).map(|&outputs| {
        let w = Array2::from_elem((inputs, outputs), value);
        inputs = outputs;
        Layer { w, b: Array1::from_elem(outputs, value) }
    });
    FullyConnectedNet { layers: layers.collect() }
}

fn classes(net: &FullyConnectedNet) -> usize {
    net.layers.last().map_or(0, |layer| layer.b.len())
}

fn shapes(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Vec<usize> {
    x.shape().iter().copied().chain(net.layers.iter().map(|layer| layer.b.len())).collect()
}

/// All functions give arrays of the right shapes, filled with one number.
macro_rules! filled_with {
    ($value:expr) => {
        Functions {
            initialise: Some(|features, hidden, classes, _, _| filled_anew(features, hidden, classes, $value)),
            scores: Some(|net, x| Array2::from_elem((x.shape()[0], classes(net)), $value)),
            fully_connected_loss: Some(|net, _, _, _| ($value, filled(net, $value))),
            sgd_momentum: Some(|w, _, _, _, _| (w * 0.0 + $value, w * 0.0 + $value)),
            rmsprop: Some(|w, _, _, _, _, _| (w * 0.0 + $value, w * 0.0 + $value)),
            adam: Some(|w, _, _, _, t, _, _, _, _| (w * 0.0 + $value, w * 0.0 + $value, w * 0.0 + $value, t + 1)),
            train: Some(|net, _, _, _, _, _, iterations, _, _| (filled(net, $value), vec![$value; iterations])),
        }
    };
}

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    vec![
        ("zeros", filled_with!(0.0)),
        ("constants", filled_with!(0.1)),
        ("not numbers", filled_with!(f64::NAN)),
        (
            "what came in",
            Functions {
                initialise: Some(|features, hidden, classes, scale, _| filled_anew(features, hidden, classes, scale)),
                scores: Some(|net, x| Array2::from_elem((x.shape()[0], classes(net)), x[vec![0; x.ndim()].as_slice()])),
                fully_connected_loss: Some(|net, _, _, reg| (reg, net.clone())),
                sgd_momentum: Some(|w, _, velocity, _, _| (w.clone(), velocity.clone())),
                rmsprop: Some(|w, _, cache, _, _, _| (w.clone(), cache.clone())),
                adam: Some(|w, _, m, v, t, _, _, _, _| (w.clone(), m.clone(), v.clone(), t + 1)),
                train: Some(|net, _, _, _, _, _, iterations, _, _| (net.clone(), falling(iterations))),
            },
        ),
        (
            "another function with its own gradient",
            Functions {
                initialise: Some(|features, hidden, classes, scale, seed| {
                    filled_anew(features, hidden, classes, scale * (seed % 7) as f64)
                }),
                scores: Some(|net, x| Array2::from_elem((x.shape()[0], classes(net)), x.sum())),
                fully_connected_loss: Some(|net, _, _, _| {
                    (net.layers.iter().map(|layer| layer.w.sum() + layer.b.sum()).sum(), filled(net, 1.0))
                }),
                sgd_momentum: Some(|w, dw, _, rate, _| (w - dw * rate, dw * rate)),
                rmsprop: Some(|w, dw, _, rate, _, _| (w - dw * rate, dw * rate)),
                adam: Some(|w, dw, _, _, t, rate, _, _, _| (w - dw * rate, dw * rate, dw * dw, t + 1)),
                train: Some(|net, _, _, _, rate, _, iterations, _, _| {
                    (filled(net, -rate * iterations as f64), falling(iterations))
                }),
            },
        ),
        (
            "wrong shapes",
            Functions {
                initialise: Some(|_, _, _, _, _| FullyConnectedNet { layers: Vec::new() }),
                scores: Some(|_, _| Array2::zeros((0, 0))),
                fully_connected_loss: Some(|_, _, _, _| (1.0, FullyConnectedNet { layers: Vec::new() })),
                sgd_momentum: Some(|_, _, _, _, _| (ArrayD::zeros(vec![1]), ArrayD::zeros(vec![]))),
                rmsprop: Some(|_, _, _, _, _, _| (ArrayD::zeros(vec![1]), ArrayD::zeros(vec![]))),
                adam: Some(|_, _, m, _, _, _, _, _, _| (ArrayD::zeros(vec![1]), m.clone(), ArrayD::zeros(vec![0]), 0)),
                train: Some(|_, _, _, _, _, _, _, _, _| (FullyConnectedNet { layers: Vec::new() }, Vec::new())),
            },
        ),
        (
            "the first result for each shape",
            Functions {
                initialise: Some(|features, hidden, classes, scale, seed| {
                    static SEEN: Seen<FullyConnectedNet> = Mutex::new(BTreeMap::new());
                    let initialise = right().initialise.expect("it has it");
                    once(&SEEN, &[&[features, classes], &hidden.to_vec()], || {
                        initialise(features, hidden, classes, scale, seed)
                    })
                }),
                scores: Some(|net, x| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[&shapes(net, x)], || right().scores.expect("it has it")(net, x))
                }),
                fully_connected_loss: Some(|net, x, y, reg| {
                    static SEEN: Seen<(f64, FullyConnectedNet)> = Mutex::new(BTreeMap::new());
                    let loss = right().fully_connected_loss.expect("it has it");
                    once(&SEEN, &[&shapes(net, x)], || loss(net, x, y, reg))
                }),
                sgd_momentum: Some(|w, dw, velocity, rate, momentum| {
                    static SEEN: Seen<Step> = Mutex::new(BTreeMap::new());
                    let step = right().sgd_momentum.expect("it has it");
                    once(&SEEN, &[w.shape()], || step(w, dw, velocity, rate, momentum))
                }),
                rmsprop: Some(|w, dw, cache, rate, decay_rate, epsilon| {
                    static SEEN: Seen<Step> = Mutex::new(BTreeMap::new());
                    let step = right().rmsprop.expect("it has it");
                    once(&SEEN, &[w.shape()], || step(w, dw, cache, rate, decay_rate, epsilon))
                }),
                adam: Some(|w, dw, m, v, t, rate, beta1, beta2, epsilon| {
                    static SEEN: Seen<AdamsStep> = Mutex::new(BTreeMap::new());
                    let step = right().adam.expect("it has it");
                    once(&SEEN, &[w.shape()], || step(w, dw, m, v, t, rate, beta1, beta2, epsilon))
                }),
                train: Some(|net, x, y, rule, rate, reg, iterations, batch_size, seed| {
                    static SEEN: Seen<(FullyConnectedNet, Vec<f64>)> = Mutex::new(BTreeMap::new());
                    let train = right().train.expect("it has it");
                    once(&SEEN, &[&shapes(net, x)], || train(net, x, y, rule, rate, reg, iterations, batch_size, seed))
                }),
            },
        ),
    ]
    .into_iter()
    .map(|(name, functions): (_, Functions)| (name, Box::new(functions) as _))
    .collect()
}
