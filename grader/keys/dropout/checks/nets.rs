//! Random networks and examples, what they give with known masks, and the comparison of gradients.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Layer};
use gradus_nn::softmax::softmax_loss;
use gradus_question::{Context, Failure};
use ndarray::{Array1, Array2, ArrayD, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::common::expected::close_to;
use crate::common::fully_connected::dimensions;
use crate::common::inputs;

/// A network whose hidden units are all on for positive examples.
pub fn positive_network(random: &mut ChaCha8Rng, stages: &[usize]) -> FullyConnectedNet {
    let layers = stages.windows(2).map(|pair| {
        let largest = 2.0 / pair[0] as f64;
        Layer {
            w: Array2::from_shape_simple_fn((pair[0], pair[1]), || random.random_range(0.1..largest.max(0.2))),
            b: Array1::from_shape_simple_fn(pair[1], || random.random_range(0.1..0.5)),
        }
    });
    FullyConnectedNet { layers: layers.collect() }
}

/// Examples as rows.
pub fn examples(random: &mut ChaCha8Rng, batch: usize, features: usize) -> ArrayD<f64> {
    inputs::normal(random, (batch, features), 1.0).into_dyn()
}

/// `0.5 * reg * sum(w^2)`.
pub fn penalty(net: &FullyConnectedNet, reg: f64) -> f64 {
    0.5 * reg * net.layers.iter().flat_map(|layer| &layer.w).map(|weight| weight * weight).sum::<f64>()
}

/// Loss and gradients with these masks behind the hidden layers, made of nothing but products of matrices. On the way back
/// other masks may be taken, for what slips would give.
pub fn gradients(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
    masks: &[Array2<f64>],
    masks_back: &[Array2<f64>],
) -> (f64, FullyConnectedNet) {
    let batch = y.len();
    let mut passed = vec![x.to_shape((batch, x.len() / batch)).expect("as many numbers").into_owned()];
    let mut before = Vec::new();
    for (i, Layer { w, b }) in net.layers.iter().enumerate() {
        let out = passed[i].dot(w) + b;
        if let Some(mask) = masks.get(i) {
            passed.push(out.mapv(|out| out.max(0.0)) * mask);
        }
        before.push(out);
    }
    let (loss, mut dout) = softmax_loss(before.last().expect("at least one layer"), y);
    let mut layers = Vec::new();
    for (i, Layer { w, .. }) in net.layers.iter().enumerate().rev() {
        layers.push(Layer { w: passed[i].t().dot(&dout) + &(w * reg), b: dout.sum_axis(Axis(0)) });
        dout = dout.dot(&w.t());
        if i > 0 {
            dout *= &masks_back[i - 1];
            dout.zip_mut_with(&before[i - 1], |slope, before| *slope *= f64::from(u8::from(*before > 0.0)));
        }
    }
    layers.reverse();
    (loss + penalty(net, reg), FullyConnectedNet { layers })
}

/// Expects gradients to agree, last layer first, as the way back goes.
pub fn expect(
    context: &Context,
    found: &FullyConnectedNet,
    expected: &FullyConnectedNet,
    slips: &[(&str, &FullyConnectedNet)],
) -> Result<(), Failure> {
    let wanted = dimensions(expected);
    context.expect(
        dimensions(found) == wanted || !dimensions(found).into_iter().rev().eq(wanted.iter().copied()),
        "the layers come in the wrong order",
        "the way back meets the last layer first; return the first layer first",
    )?;
    context.expect(
        dimensions(found) == wanted,
        "the gradients have the wrong shapes",
        "an element for each layer of the network, each array in the shape of its parameter",
    )?;
    for i in (0..wanted.len()).rev() {
        macro_rules! compare {
            ($parameter:ident) => {{
                let (found, expected) = (&found.layers[i].$parameter, &expected.layers[i].$parameter);
                let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, &slip.layers[i].$parameter)).collect();
                let what = format!("the gradient of {} of layer {} of {}", stringify!($parameter), i + 1, wanted.len());
                context.expect_array(&what, found, expected, close_to(expected.iter().copied()), &slips)?;
            }};
        }
        compare!(w);
        compare!(b);
    }
    Ok(())
}
