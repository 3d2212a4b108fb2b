//! Answers to `two_layer_net` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::two_layer_net::{Functions, TwoLayerNet};
use gradus_question::Answer;
use ndarray::{Array1, Array2, ArrayD};

use super::{Seen, falling, once};

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::two_layer_net::first_right()
}

fn filled(net: &TwoLayerNet, value: f64) -> TwoLayerNet {
    TwoLayerNet {
        w1: Array2::from_elem(net.w1.raw_dim(), value),
        b1: Array1::from_elem(net.b1.raw_dim(), value),
        w2: Array2::from_elem(net.w2.raw_dim(), value),
        b2: Array1::from_elem(net.b2.raw_dim(), value),
    }
}

fn empty() -> TwoLayerNet {
    TwoLayerNet { w1: Array2::zeros((0, 0)), b1: Array1::zeros(0), w2: Array2::zeros((0, 0)), b2: Array1::zeros(0) }
}

/// All functions give arrays of the right shapes, filled with one number.
macro_rules! filled_with {
    ($value:expr, $class:expr) => {
        Functions {
            affine_forward: Some(|x, w, _| Array2::from_elem((x.shape()[0], w.ncols()), $value)),
            affine_backward: Some(|x, w, b, _| {
                (
                    ArrayD::from_elem(x.raw_dim(), $value),
                    Array2::from_elem(w.raw_dim(), $value),
                    Array1::from_elem(b.raw_dim(), $value),
                )
            }),
            relu_forward: Some(|x| ArrayD::from_elem(x.raw_dim(), $value)),
            relu_backward: Some(|x, _| ArrayD::from_elem(x.raw_dim(), $value)),
            two_layer_net_loss: Some(|net, _, _, _| ($value, filled(net, $value))),
            train: Some(|net, _, _, _, _, iterations, _, _| (filled(net, $value), vec![$value; iterations])),
            predict: Some(|net, x| Array1::from_elem(x.shape()[0], $class(net.b2.len()))),
        }
    };
}

/// Each with its name; all functions are wrong.
pub fn answers() -> Vec<(&'static str, Box<dyn Answer>)> {
    vec![
        ("zeros", filled_with!(0.0, |_: usize| 0)),
        ("constants", filled_with!(0.1, |classes: usize| classes - 1)),
        ("not numbers", filled_with!(f64::NAN, |_: usize| usize::MAX)),
        (
            "another function with its own gradient",
            Functions {
                affine_forward: Some(|x, w, b| {
                    Array2::from_elem((x.shape()[0], w.ncols()), x.sum() + w.sum() + b.sum())
                }),
                affine_backward: Some(|x, w, b, dout| {
                    let slope = dout.sum();
                    (
                        ArrayD::from_elem(x.raw_dim(), slope),
                        Array2::from_elem(w.raw_dim(), slope),
                        Array1::from_elem(b.raw_dim(), slope),
                    )
                }),
                relu_forward: Some(|x| x * 2.0),
                relu_backward: Some(|_, dout| dout * 2.0),
                two_layer_net_loss: Some(|net, _, _, _| {
                    (net.w1.sum() + net.b1.sum() + net.w2.sum() + net.b2.sum(), filled(net, 1.0))
                }),
                train: Some(|net, _, _, rate, _, iterations, _, _| {
                    (filled(net, -rate * iterations as f64), falling(iterations))
                }),
                predict: Some(|_, x| (0..x.shape()[0]).map(|i| i % 2).collect()),
            },
        ),
        (
            "wrong shapes",
            Functions {
                affine_forward: Some(|_, _, _| Array2::zeros((0, 0))),
                affine_backward: Some(|x, _, _, _| (x.clone(), Array2::zeros((1, 1)), Array1::zeros(0))),
                relu_forward: Some(|_| ArrayD::zeros(vec![1])),
                relu_backward: Some(|_, _| ArrayD::zeros(vec![1])),
                two_layer_net_loss: Some(|_, _, _, _| (1.0, empty())),
                train: Some(|_, _, _, _, _, _, _, _| (empty(), Vec::new())),
                predict: Some(|_, x| Array1::zeros(x.shape()[0] + 1)),
            },
        ),
        (
            "the first result for each shape",
            Functions {
                affine_forward: Some(|x, w, b| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[x.shape(), w.shape()], || right().affine_forward.expect("it has it")(x, w, b))
                }),
                affine_backward: Some(|x, w, b, dout| {
                    static SEEN: Seen<(ArrayD<f64>, Array2<f64>, Array1<f64>)> = Mutex::new(BTreeMap::new());
                    let backward = right().affine_backward.expect("it has it");
                    once(&SEEN, &[x.shape(), w.shape()], || backward(x, w, b, dout))
                }),
                relu_forward: Some(|x| {
                    static SEEN: Seen<ArrayD<f64>> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[x.shape()], || right().relu_forward.expect("it has it")(x))
                }),
                relu_backward: Some(|x, dout| {
                    static SEEN: Seen<ArrayD<f64>> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[x.shape()], || right().relu_backward.expect("it has it")(x, dout))
                }),
                two_layer_net_loss: Some(|net, x, y, reg| {
                    static SEEN: Seen<(f64, TwoLayerNet)> = Mutex::new(BTreeMap::new());
                    let loss = right().two_layer_net_loss.expect("it has it");
                    once(&SEEN, &[x.shape(), net.w1.shape(), net.w2.shape()], || loss(net, x, y, reg))
                }),
                train: Some(|net, x, y, rate, reg, iterations, batch_size, seed| {
                    static SEEN: Seen<(TwoLayerNet, Vec<f64>)> = Mutex::new(BTreeMap::new());
                    let train = right().train.expect("it has it");
                    once(&SEEN, &[x.shape(), net.w1.shape(), net.w2.shape()], || {
                        train(net, x, y, rate, reg, iterations, batch_size, seed)
                    })
                }),
                predict: Some(|net, x| {
                    static SEEN: Seen<Array1<usize>> = Mutex::new(BTreeMap::new());
                    let predict = right().predict.expect("it has it");
                    once(&SEEN, &[x.shape(), net.w1.shape(), net.w2.shape()], || predict(net, x))
                }),
            },
        ),
    ]
    .into_iter()
    .map(|(name, functions): (_, Functions)| (name, Box::new(functions) as _))
    .collect()
}
