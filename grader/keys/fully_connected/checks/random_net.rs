//! Examples for random networks, what networks give, and the comparison of networks parameter by parameter.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use gradus_nn::softmax::softmax_loss;
use gradus_question::{Context, Failure};
use ndarray::{Array1, Array2, ArrayD, Axis};
use rand_chacha::ChaCha8Rng;

use crate::common::expected::close_to;
use crate::common::fully_connected::{Sizes, dimensions};
use crate::common::inputs;

/// Examples as rows.
pub fn examples(random: &mut ChaCha8Rng, sizes: &Sizes, scale: f64) -> ArrayD<f64> {
    inputs::normal(random, (sizes.batch, sizes.features()), scale).into_dyn()
}

/// What each layer gives, before any ReLU behind it. `bend` is what stands behind the hidden layers.
pub fn outputs(net: &FullyConnectedNet, x: &ArrayD<f64>, bend: impl Fn(f64) -> f64) -> Vec<Array2<f64>> {
    let batch = x.shape()[0];
    let mut out = x.to_shape((batch, x.len() / batch)).expect("as many numbers").into_owned();
    let mut all: Vec<Array2<f64>> = Vec::new();
    for Layer { w, b } in &net.layers {
        let before = out.dot(w) + b;
        out = before.mapv(&bend);
        all.push(before);
    }
    all
}

/// The scores of a network with `bend` behind its hidden layers.
pub fn scores_with(net: &FullyConnectedNet, x: &ArrayD<f64>, bend: impl Fn(f64) -> f64) -> Array2<f64> {
    outputs(net, x, bend).pop().expect("at least one layer")
}

/// The softmax loss and its gradients, made of nothing but products of matrices. Units that are off pass on what comes
/// back only if `leaky`.
pub fn plain_gradients(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    leaky: bool,
) -> (f64, FullyConnectedNet) {
    let rows = x.to_shape((y.len(), x.len() / y.len())).expect("as many numbers").into_owned();
    let outs = outputs(net, x, |score| score.max(0.0));
    let (loss, mut dout) = softmax_loss(outs.last().expect("at least one layer"), y);
    let mut layers = Vec::new();
    for (i, Layer { w, .. }) in net.layers.iter().enumerate().rev() {
        let input = if i == 0 { rows.clone() } else { outs[i - 1].mapv(|score| score.max(0.0)) };
        layers.push(Layer { w: input.t().dot(&dout), b: dout.sum_axis(Axis(0)) });
        dout = dout.dot(&w.t());
        if i > 0 && !leaky {
            dout.zip_mut_with(&outs[i - 1], |slope, score| *slope *= f64::from(u8::from(*score > 0.0)));
        }
    }
    layers.reverse();
    (loss, FullyConnectedNet { layers })
}

/// Which layers are compared.
#[derive(Clone, Copy, PartialEq)]
pub enum Layers {
    Last,
    Others,
    All,
}

/// Expects networks to agree in these layers; `what` stands before a parameter's name.
pub fn expect(
    context: &Context,
    what: &str,
    layers: Layers,
    found: &FullyConnectedNet,
    expected: &FullyConnectedNet,
    slips: &[(&str, &FullyConnectedNet)],
) -> Result<(), Failure> {
    let (number, wanted) = (found.layers.len(), expected.layers.len());
    context.expect(
        number == wanted,
        "the result has the wrong number of layers",
        "the result has an element for each layer of the network, the last one included",
    )?;
    let reversed = dimensions(found).into_iter().rev().eq(dimensions(expected));
    context.expect(
        !reversed || dimensions(found) == dimensions(expected),
        "the layers come in the wrong order",
        "the way back meets the last layer first; return the first layer first",
    )?;
    // The way back begins with the last layer.
    for i in (0..wanted).rev() {
        let is_last = i + 1 == wanted;
        if (is_last && layers == Layers::Others) || (!is_last && layers == Layers::Last) {
            continue;
        }
        macro_rules! compare {
            ($parameter:ident) => {{
                let (found, expected) = (&found.layers[i].$parameter, &expected.layers[i].$parameter);
                let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, &slip.layers[i].$parameter)).collect();
                let what = format!("{what}{} of layer {} of {wanted}", stringify!($parameter), i + 1);
                context.expect_array(&what, found, expected, close_to(expected.iter().copied()), &slips)?;
            }};
        }
        compare!(w);
        compare!(b);
    }
    Ok(())
}
