//! Answers to `dropout` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::dropout::{FullyConnectedNet, Functions, Layer};
use gradus_question::Answer;
use ndarray::{Array1, Array2, ArrayD};

use super::{Seen, once};

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::dropout::first_right()
}

fn filled(net: &FullyConnectedNet, value: f64) -> FullyConnectedNet {
    let layers = net.layers.iter().map(|layer| Layer {
        w: Array2::from_elem(layer.w.raw_dim(), value),
        b: Array1::from_elem(layer.b.raw_dim(), value),
    });
    FullyConnectedNet { layers: layers.collect() }
}

/// Scores filled with one number.
fn rows(net: &FullyConnectedNet, x: &ArrayD<f64>, value: f64) -> Array2<f64> {
    Array2::from_elem((x.shape()[0], net.layers.last().map_or(0, |layer| layer.b.len())), value)
}

fn shapes(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Vec<usize> {
    x.shape().iter().copied().chain(net.layers.iter().map(|layer| layer.b.len())).collect()
}

/// All functions give arrays of the right shapes, filled with one number.
macro_rules! filled_with {
    ($value:expr) => {
        Functions {
            dropout_forward: Some(|x, _, _, _| x * 0.0 + $value),
            dropout_backward: Some(|x, _, _, _, _| (x * 0.0 + $value, x * 0.0 + $value)),
            scores: Some(|net, x, _, _, _| rows(net, x, $value)),
            fully_connected_loss: Some(|net, _, _, _, _, _| ($value, filled(net, $value))),
            mc_dropout_predict: Some(|net, x, _, _, _| (rows(net, x, $value), rows(net, x, $value))),
            max_norm: Some(|w, _| w * 0.0 + $value),
            label_smoothing_loss: Some(|x, _, _| ($value, x * 0.0 + $value)),
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
                dropout_forward: Some(|x, _, _, _| x.clone()),
                dropout_backward: Some(|x, _, _, _, dout| (x.clone(), dout.clone())),
                scores: Some(|net, x, p, _, _| rows(net, x, p)),
                fully_connected_loss: Some(|net, _, _, _, reg, _| (reg, net.clone())),
                mc_dropout_predict: Some(|net, x, p, _, _| (rows(net, x, p), rows(net, x, 0.0))),
                max_norm: Some(|w, _| w.clone()),
                label_smoothing_loss: Some(|x, _, smoothing| (smoothing, x.clone())),
            },
        ),
        (
            "another function with its own gradient",
            Functions {
                dropout_forward: Some(|x, p, _, _| x / p),
                dropout_backward: Some(|x, p, _, _, dout| (x / p, dout / p)),
                scores: Some(|net, x, _, _, _| rows(net, x, x.sum())),
                fully_connected_loss: Some(|net, _, _, _, _, _| {
                    (net.layers.iter().map(|layer| layer.w.sum() + layer.b.sum()).sum(), filled(net, 1.0))
                }),
                mc_dropout_predict: Some(|net, x, _, _, _| {
                    let shares = rows(net, x, 1.0);
                    (&shares / shares.ncols() as f64, shares * 0.0)
                }),
                max_norm: Some(|w, limit| w.mapv(|weight| weight.min(limit))),
                label_smoothing_loss: Some(|x, _, _| (x.sum(), x * 0.0 + 1.0)),
            },
        ),
        (
            "wrong shapes",
            Functions {
                dropout_forward: Some(|_, _, _, _| ArrayD::zeros(vec![1])),
                dropout_backward: Some(|x, _, _, _, _| (x.clone(), ArrayD::zeros(vec![]))),
                scores: Some(|_, _, _, _, _| Array2::zeros((0, 0))),
                fully_connected_loss: Some(|_, _, _, _, _, _| (1.0, FullyConnectedNet { layers: Vec::new() })),
                mc_dropout_predict: Some(|_, _, _, _, _| (Array2::zeros((0, 0)), Array2::zeros((1, 0)))),
                max_norm: Some(|_, _| Array2::zeros((0, 0))),
                label_smoothing_loss: Some(|_, _, _| (1.0, Array2::zeros((0, 0)))),
            },
        ),
        (
            "the first result for each shape",
            Functions {
                dropout_forward: Some(|x, p, mode, seed| {
                    static SEEN: Seen<ArrayD<f64>> = Mutex::new(BTreeMap::new());
                    let forward = right().dropout_forward.expect("it has it");
                    once(&SEEN, &[x.shape()], || forward(x, p, mode, seed))
                }),
                dropout_backward: Some(|x, p, mode, seed, dout| {
                    static SEEN: Seen<(ArrayD<f64>, ArrayD<f64>)> = Mutex::new(BTreeMap::new());
                    let backward = right().dropout_backward.expect("it has it");
                    once(&SEEN, &[x.shape()], || backward(x, p, mode, seed, dout))
                }),
                scores: Some(|net, x, p, mode, seed| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    let scores = right().scores.expect("it has it");
                    once(&SEEN, &[&shapes(net, x)], || scores(net, x, p, mode, seed))
                }),
                fully_connected_loss: Some(|net, x, y, p, reg, seed| {
                    static SEEN: Seen<(f64, FullyConnectedNet)> = Mutex::new(BTreeMap::new());
                    let loss = right().fully_connected_loss.expect("it has it");
                    once(&SEEN, &[&shapes(net, x)], || loss(net, x, y, p, reg, seed))
                }),
                mc_dropout_predict: Some(|net, x, p, passes, seed| {
                    static SEEN: Seen<(Array2<f64>, Array2<f64>)> = Mutex::new(BTreeMap::new());
                    let predict = right().mc_dropout_predict.expect("it has it");
                    once(&SEEN, &[&shapes(net, x)], || predict(net, x, p, passes, seed))
                }),
                max_norm: Some(|w, limit| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    let max_norm = right().max_norm.expect("it has it");
                    once(&SEEN, &[w.shape()], || max_norm(w, limit))
                }),
                label_smoothing_loss: Some(|x, y, smoothing| {
                    static SEEN: Seen<(f64, Array2<f64>)> = Mutex::new(BTreeMap::new());
                    let loss = right().label_smoothing_loss.expect("it has it");
                    once(&SEEN, &[x.shape()], || loss(x, y, smoothing))
                }),
            },
        ),
    ]
    .into_iter()
    .map(|(name, functions): (_, Functions)| (name, Box::new(functions) as _))
    .collect()
}
