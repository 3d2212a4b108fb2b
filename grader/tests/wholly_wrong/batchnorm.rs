//! Answers to `batchnorm` that are wrong all over.
// GRADUS-STAFF-ONLY-7c1f4e

use std::collections::BTreeMap;
use std::sync::Mutex;

use gradus_assignments::batchnorm::{Functions, NormalisedNet, Parameters, Running, RunningLayers};
use gradus_question::Answer;
use ndarray::{Array1, Array2, ArrayD};

use super::{Seen, once};

type Gradients = (Array2<f64>, Array1<f64>, Array1<f64>);

/// A right answer, for those that give it at the wrong time.
fn right() -> Functions {
    crate::museum::batchnorm::first_right()
}

fn filled(parameters: &Parameters, value: f64) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.arrays_mut().iter_mut().for_each(|array| array.fill(value));
    parameters
}

fn all_filled(x: &Array2<f64>, value: f64) -> Gradients {
    let of_features = Array1::from_elem(x.ncols(), value);
    (Array2::from_elem(x.raw_dim(), value), of_features.clone(), of_features)
}

fn filled_running(features: usize, value: f64) -> Running {
    Running { mean: Array1::from_elem(features, value), var: Array1::from_elem(features, value) }
}

fn filled_layers(net: &NormalisedNet, value: f64) -> RunningLayers {
    let layers = net.parameters.hidden.iter().map(|layer| filled_running(layer.b.len(), value));
    RunningLayers { layers: layers.collect() }
}

fn classes(net: &NormalisedNet) -> usize {
    net.parameters.last.b.len()
}

fn shapes(net: &NormalisedNet, x: &ArrayD<f64>) -> Vec<usize> {
    let widths = net.parameters.hidden.iter().map(|layer| layer.b.len());
    x.shape().iter().copied().chain(widths).chain([classes(net), net.normalisation as usize]).collect()
}

/// All functions give arrays of the right shapes, filled with one number.
macro_rules! filled_with {
    ($value:expr) => {
        Functions {
            batchnorm_forward: Some(|x, _, _, _, _, _, _| (x * 0.0 + $value, filled_running(x.ncols(), $value))),
            batchnorm_backward: Some(|x, _, _, _, _| all_filled(x, $value)),
            batchnorm_backward_alt: Some(|x, _, _, _, _| all_filled(x, $value)),
            layernorm_forward: Some(|x, _, _, _| x * 0.0 + $value),
            layernorm_backward: Some(|x, _, _, _, _| all_filled(x, $value)),
            fully_connected_loss: Some(|net, _, _, _| {
                ($value, filled(&net.parameters, $value), filled_layers(net, $value))
            }),
            scores: Some(|net, x| Array2::from_elem((x.shape()[0], classes(net)), $value)),
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
                batchnorm_forward: Some(|x, _, _, running, _, _, _| (x.clone(), running.clone())),
                batchnorm_backward: Some(|_, gamma, beta, _, dout| (dout.clone(), gamma.clone(), beta.clone())),
                batchnorm_backward_alt: Some(|_, gamma, beta, _, dout| (dout.clone(), gamma.clone(), beta.clone())),
                layernorm_forward: Some(|x, _, _, _| x.clone()),
                layernorm_backward: Some(|_, gamma, beta, _, dout| (dout.clone(), gamma.clone(), beta.clone())),
                fully_connected_loss: Some(|net, _, _, reg| (reg, net.parameters.clone(), net.running.clone())),
                scores: Some(|net, x| Array2::from_elem((x.shape()[0], classes(net)), x[vec![0; x.ndim()].as_slice()])),
            },
        ),
        (
            "another function with its own gradient",
            Functions {
                batchnorm_forward: Some(|x, gamma, beta, running, _, _, _| (x * gamma + beta, running.clone())),
                batchnorm_backward: Some(|x, gamma, _, _, dout| {
                    (dout * gamma, (dout * x).sum_axis(ndarray::Axis(0)), dout.sum_axis(ndarray::Axis(0)) * 1.5)
                }),
                batchnorm_backward_alt: Some(|x, gamma, _, _, dout| {
                    (dout * gamma, (dout * x).sum_axis(ndarray::Axis(0)), dout.sum_axis(ndarray::Axis(0)) * 1.5)
                }),
                layernorm_forward: Some(|x, gamma, beta, _| x * gamma + beta),
                layernorm_backward: Some(|x, gamma, _, _, dout| {
                    (dout * gamma, (dout * x).sum_axis(ndarray::Axis(0)), dout.sum_axis(ndarray::Axis(0)) * 1.5)
                }),
                fully_connected_loss: Some(|net, _, _, _| {
                    let sum = net.parameters.arrays().iter().map(|array| array.sum()).sum();
                    (sum, filled(&net.parameters, 1.0), net.running.clone())
                }),
                scores: Some(|net, x| Array2::from_elem((x.shape()[0], classes(net)), x.sum())),
            },
        ),
        (
            "wrong shapes",
            Functions {
                batchnorm_forward: Some(|_, _, _, _, _, _, _| (Array2::zeros((0, 0)), Running::new(0))),
                batchnorm_backward: Some(|x, _, _, _, _| (x.t().to_owned(), Array1::zeros(0), Array1::zeros(1))),
                batchnorm_backward_alt: Some(|x, _, _, _, _| (x.t().to_owned(), Array1::zeros(0), Array1::zeros(1))),
                layernorm_forward: Some(|_, _, _, _| Array2::zeros((0, 0))),
                layernorm_backward: Some(|x, _, _, _, _| (x.t().to_owned(), Array1::zeros(0), Array1::zeros(1))),
                fully_connected_loss: Some(|net, _, _, _| {
                    let parameters = Parameters { hidden: Vec::new(), last: net.parameters.last.clone() };
                    (1.0, parameters, RunningLayers { layers: Vec::new() })
                }),
                scores: Some(|_, _| Array2::zeros((0, 0))),
            },
        ),
        (
            "the first result for each shape",
            Functions {
                batchnorm_forward: Some(|x, gamma, beta, running, mode, momentum, eps| {
                    static SEEN: Seen<(Array2<f64>, Running)> = Mutex::new(BTreeMap::new());
                    let forward = right().batchnorm_forward.expect("it has it");
                    once(&SEEN, &[x.shape()], || forward(x, gamma, beta, running, mode, momentum, eps))
                }),
                batchnorm_backward: Some(|x, gamma, beta, eps, dout| {
                    static SEEN: Seen<Gradients> = Mutex::new(BTreeMap::new());
                    let backward = right().batchnorm_backward.expect("it has it");
                    once(&SEEN, &[x.shape()], || backward(x, gamma, beta, eps, dout))
                }),
                batchnorm_backward_alt: Some(|x, gamma, beta, eps, dout| {
                    static SEEN: Seen<Gradients> = Mutex::new(BTreeMap::new());
                    let backward = right().batchnorm_backward_alt.expect("it has it");
                    once(&SEEN, &[x.shape()], || backward(x, gamma, beta, eps, dout))
                }),
                layernorm_forward: Some(|x, gamma, beta, eps| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    let forward = right().layernorm_forward.expect("it has it");
                    once(&SEEN, &[x.shape()], || forward(x, gamma, beta, eps))
                }),
                layernorm_backward: Some(|x, gamma, beta, eps, dout| {
                    static SEEN: Seen<Gradients> = Mutex::new(BTreeMap::new());
                    let backward = right().layernorm_backward.expect("it has it");
                    once(&SEEN, &[x.shape()], || backward(x, gamma, beta, eps, dout))
                }),
                fully_connected_loss: Some(|net, x, y, reg| {
                    static SEEN: Seen<(f64, Parameters, RunningLayers)> = Mutex::new(BTreeMap::new());
                    let loss = right().fully_connected_loss.expect("it has it");
                    once(&SEEN, &[&shapes(net, x)], || loss(net, x, y, reg))
                }),
                scores: Some(|net, x| {
                    static SEEN: Seen<Array2<f64>> = Mutex::new(BTreeMap::new());
                    once(&SEEN, &[&shapes(net, x)], || right().scores.expect("it has it")(net, x))
                }),
            },
        ),
    ]
    .into_iter()
    .map(|(name, functions): (_, Functions)| (name, Box::new(functions) as _))
    .collect()
}
