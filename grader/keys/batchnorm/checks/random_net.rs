//! Random networks of random depth and examples for them, and the comparison of gradients parameter by parameter.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::batchnorm::{
    HiddenLayer, LastLayer, Normalisation, NormalisedNet, Parameters, Running, RunningLayers,
};
use gradus_question::{Context, Failure};
use ndarray::{Array1, Array2, ArrayD, Axis};
use rand_chacha::ChaCha8Rng;

use crate::common::expected::close_to;
use crate::common::fully_connected::Sizes;
use crate::common::inputs::{self, normal};

pub const EPS: f64 = 1e-5;

/// A network whose hidden units are partly on and partly off for examples of the scale 1, with running statistics of the
/// order of what its units have.
pub fn network(random: &mut ChaCha8Rng, sizes: &Sizes, normalisation: Normalisation) -> NormalisedNet {
    let (stages, classes) = (&sizes.stages[..sizes.stages.len() - 1], sizes.classes());
    let weights = |random: &mut ChaCha8Rng, inputs: usize, outputs: usize| {
        normal(random, (inputs, outputs), 1.3 / (inputs as f64).sqrt())
    };
    let mut hidden = Vec::new();
    let mut running = Vec::new();
    for pair in stages.windows(2) {
        let (inputs, outputs) = (pair[0], pair[1]);
        hidden.push(HiddenLayer {
            w: weights(random, inputs, outputs),
            b: normal(random, outputs, 0.5),
            gamma: normal(random, outputs, 0.4) + 1.2,
            beta: normal(random, outputs, 0.5),
        });
        running.push(Running {
            mean: normal(random, outputs, 0.7),
            var: normal(random, outputs, 1.0).mapv(|number| 0.5 + number * number),
        });
    }
    let last = LastLayer {
        w: weights(random, *stages.last().expect("features, or hidden units"), classes),
        b: normal(random, classes, 0.5),
    };
    NormalisedNet { normalisation, parameters: Parameters { hidden, last }, running: RunningLayers { layers: running } }
}

/// Examples as rows.
pub fn examples(random: &mut ChaCha8Rng, sizes: &Sizes) -> ArrayD<f64> {
    normal(random, (sizes.batch, sizes.stages[0]), 1.0).into_dyn()
}

/// Networks like this one, each with one parameter, or one number of one, changed, or other running statistics.
pub fn look_alikes(random: &mut ChaCha8Rng, net: &NormalisedNet) -> Vec<NormalisedNet> {
    let mut all = Vec::new();
    let mut with = |change: &mut dyn FnMut(&mut NormalisedNet)| {
        let mut net = net.clone();
        change(&mut net);
        all.push(net);
    };
    for (i, layer) in net.parameters.hidden.iter().enumerate() {
        for w in inputs::look_alikes(random, &layer.w) {
            with(&mut |net| net.parameters.hidden[i].w = w.clone());
        }
        with(&mut |net| net.parameters.hidden[i].b += 0.7);
        // One bias alone: a shift of all of them would be undone by layer normalisation.
        with(&mut |net| net.parameters.hidden[i].b[0] += 1.3);
        with(&mut |net| net.parameters.hidden[i].gamma *= 1.4);
        with(&mut |net| net.parameters.hidden[i].beta += 0.6);
        with(&mut |net| net.running.layers[i].mean += 0.8);
        with(&mut |net| net.running.layers[i].var *= 1.7);
    }
    for w in inputs::look_alikes(random, &net.parameters.last.w) {
        with(&mut |net| net.parameters.last.w = w.clone());
    }
    with(&mut |net| net.parameters.last.b[0] += 0.9);
    all
}

/// Where a network may go wrong.
#[derive(Clone, Copy, PartialEq)]
pub enum Slip {
    /// Nowhere.
    None,
    /// No normalisation at all.
    Plain,
    /// Statistics of the batch where running ones are asked for, or the other way round.
    OtherStatistics,
    /// ReLU first, then normalisation.
    ReluFirst,
    /// gamma and beta stay out.
    WithoutScale,
    /// No ReLU.
    Straight,
    /// ReLU behind the last layer too.
    LastBent,
    /// Rows where columns are asked for, and the other way round.
    OtherAxis,
}

/// The scores, made of nothing but products of matrices; `evaluate` asks for running statistics.
pub fn scores_with(net: &NormalisedNet, x: &ArrayD<f64>, evaluate: bool, slip: Slip) -> Array2<f64> {
    let batch = x.shape()[0];
    let mut out = x.to_shape((batch, x.len() / batch)).expect("as many numbers").into_owned();
    let relu = |score: f64| score.max(0.0);
    for (HiddenLayer { w, b, gamma, beta }, running) in net.parameters.hidden.iter().zip(&net.running.layers) {
        out = out.dot(w) + b;
        if slip == Slip::ReluFirst {
            out.mapv_inplace(relu);
        }
        let batchwise = (net.normalisation == Normalisation::Batch) != (slip == Slip::OtherAxis);
        if net.normalisation != Normalisation::None && slip != Slip::Plain {
            let axis = if batchwise { Axis(0) } else { Axis(1) };
            let mut mean = out.mean_axis(axis).expect("at least one number").insert_axis(axis);
            let mut var = out.var_axis(axis, 0.0).insert_axis(axis);
            if batchwise && evaluate != (slip == Slip::OtherStatistics) {
                (mean, var) = (running.mean.clone().insert_axis(Axis(0)), running.var.clone().insert_axis(Axis(0)));
            }
            out = (out - &mean) / &(var + EPS).mapv(f64::sqrt);
            if slip != Slip::WithoutScale {
                out = out * gamma + beta;
            }
        }
        if slip != Slip::ReluFirst && slip != Slip::Straight {
            out.mapv_inplace(relu);
        }
    }
    let scores = out.dot(&net.parameters.last.w) + &net.parameters.last.b;
    if slip == Slip::LastBent { scores.mapv(relu) } else { scores }
}

/// What goes into the ReLU of each hidden layer in training.
pub fn before_relu(net: &NormalisedNet, x: &ArrayD<f64>) -> Vec<Array2<f64>> {
    (0..net.parameters.hidden.len())
        .map(|i| {
            // The scores of the network that ends here: its last layer hands on what it gets, normalised, but not bent.
            let mut cut = net.clone();
            cut.parameters.hidden.truncate(i + 1);
            let width = net.parameters.hidden[i].b.len();
            let shift = 1e3;
            let layer = &mut cut.parameters.hidden[i];
            // So high up that ReLU bends nothing.
            if net.normalisation == Normalisation::None {
                layer.b += shift
            } else {
                layer.beta += shift
            }
            cut.parameters.last = LastLayer { w: Array2::eye(width), b: Array1::from_elem(width, -shift) };
            scores_with(&cut, x, false, Slip::None)
        })
        .collect()
}

/// `f` of each parameter of two networks.
pub fn combine(a: &Parameters, b: &Parameters, f: impl Fn(f64, f64) -> f64) -> Parameters {
    let mut result = a.clone();
    for (mut a, b) in result.arrays_mut().into_iter().zip(b.arrays()) {
        a.zip_mut_with(&b, |a, b| *a = f(*a, *b));
    }
    result
}

/// Expects gradients of all parameters.
pub fn expect(
    context: &Context,
    found: &Parameters,
    expected: &Parameters,
    slips: &[(&str, &Parameters)],
) -> Result<(), Failure> {
    let shapes = |parameters: &Parameters| -> Vec<Vec<usize>> {
        parameters.arrays().iter().map(|array| array.shape().to_vec()).collect()
    };
    let mut reversed = found.clone();
    reversed.hidden.reverse();
    context.expect(
        shapes(found) == shapes(expected) || shapes(&reversed) != shapes(expected),
        "the gradients of the hidden layers come in the wrong order",
        "the way back meets the last hidden layer first; return the first layer first",
    )?;
    context.expect(
        shapes(found) == shapes(expected),
        "the gradients have the wrong shapes",
        "an element for each hidden layer, each array in the shape of its parameter; without normalisation those of gamma and beta are zeros",
    )?;
    let hidden = expected.hidden.len();
    let names = (1..=hidden).rev().flat_map(|layer| {
        ["beta", "gamma", "b", "w"]
            .map(move |name| format!("the gradient of {name} of hidden layer {layer} of {hidden}"))
    });
    let names = ["the gradient of b of the last layer", "the gradient of w of the last layer"]
        .map(str::to_owned)
        .into_iter()
        .chain(names);
    let (found, expected) = (found.arrays(), expected.arrays());
    let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip.arrays())).collect();
    // The way back begins with the last layer. Where a gradient is a difference of larger ones, as that of a bias before
    // batch normalisation, the largest of all tells how exact it can be.
    let largest = expected.iter().flatten().copied().fold(0.0, |largest: f64, slope| largest.max(slope.abs()));
    for (place, what) in (0..found.len()).rev().zip(names) {
        let (found, expected) = (found[place].to_owned(), expected[place].to_owned());
        let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip[place].to_owned())).collect();
        let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
        let tolerance = close_to(expected.iter().copied().chain([largest]));
        context.expect_array(&what, &found, &expected, tolerance, &slips)?;
    }
    Ok(())
}
