//! Random networks and examples for them, and the comparison of networks parameter by parameter.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use gradus_question::{Context, Failure};
use ndarray::{Array2, ArrayD};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::reference;
use crate::common::expected::close_to;
use crate::common::inputs;

/// Axis lengths.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub batch: usize,
    pub features: usize,
    pub hidden: usize,
    pub classes: usize,
}

impl Sizes {
    /// More than one of everything.
    pub fn ordinary(random: &mut ChaCha8Rng) -> Self {
        Self {
            batch: random.random_range(4..9),
            features: random.random_range(3..8),
            hidden: random.random_range(4..10),
            classes: random.random_range(3..7),
        }
    }

    /// In an array, as batch, features, hidden units and classes.
    pub const fn of([batch, features, hidden, classes]: [usize; 4]) -> Self {
        Self { batch, features, hidden, classes }
    }
}

/// A network whose hidden units are partly on and partly off for examples of this scale, and whose scores are of the
/// order of 1.
pub fn network(random: &mut ChaCha8Rng, sizes: Sizes, x_scale: f64) -> TwoLayerNet {
    let Sizes { features, hidden, classes, .. } = sizes;
    TwoLayerNet {
        w1: inputs::normal(random, (features, hidden), 1.0 / (x_scale * (features as f64).sqrt())),
        b1: inputs::normal(random, hidden, 0.5),
        w2: inputs::normal(random, (hidden, classes), 1.5 / (hidden as f64).sqrt()),
        b2: inputs::normal(random, classes, 0.5),
    }
}

/// Examples as rows.
pub fn examples(random: &mut ChaCha8Rng, sizes: Sizes, scale: f64) -> ArrayD<f64> {
    inputs::normal(random, (sizes.batch, sizes.features), scale).into_dyn()
}

/// Networks like this one, each with one parameter, or one number of one, changed.
pub fn look_alikes(random: &mut ChaCha8Rng, net: &TwoLayerNet) -> Vec<TwoLayerNet> {
    let mut all = Vec::new();
    all.extend(inputs::look_alikes(random, &net.w1).map(|w1| TwoLayerNet { w1, ..net.clone() }));
    all.extend(inputs::look_alikes(random, &net.w2).map(|w2| TwoLayerNet { w2, ..net.clone() }));
    all.push(TwoLayerNet { b1: inputs::normal(random, net.b1.len(), 0.7), ..net.clone() });
    all.push(TwoLayerNet { b2: inputs::normal(random, net.b2.len(), 0.7), ..net.clone() });
    all
}

/// The scores of the hidden units, before ReLU.
pub fn hidden_scores(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array2<f64> {
    reference::affine_forward(x, &net.w1, &net.b1).0
}

/// The scores of the classes.
pub fn scores(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array2<f64> {
    let hidden = hidden_scores(net, x).mapv(|score| score.max(0.0)).into_dyn();
    reference::affine_forward(&hidden, &net.w2, &net.b2).0
}

/// `f` of each parameter of two networks.
pub fn combine(a: &TwoLayerNet, b: &TwoLayerNet, f: impl Fn(f64, f64) -> f64) -> TwoLayerNet {
    let mut result = a.clone();
    result.w1.zip_mut_with(&b.w1, |a, b| *a = f(*a, *b));
    result.b1.zip_mut_with(&b.b1, |a, b| *a = f(*a, *b));
    result.w2.zip_mut_with(&b.w2, |a, b| *a = f(*a, *b));
    result.b2.zip_mut_with(&b.b2, |a, b| *a = f(*a, *b));
    result
}

/// A step against the gradient.
pub fn step(net: &TwoLayerNet, gradients: &TwoLayerNet, learning_rate: f64) -> TwoLayerNet {
    combine(net, gradients, |parameter, slope| parameter - learning_rate * slope)
}

/// Which parameters are compared.
#[derive(Clone, Copy, PartialEq)]
pub enum Layers {
    First,
    Second,
    Both,
}

/// Expects networks to agree in these layers; `what` stands before a parameter's name.
pub fn expect(
    context: &Context,
    what: &str,
    layers: Layers,
    found: &TwoLayerNet,
    expected: &TwoLayerNet,
    slips: &[(&str, &TwoLayerNet)],
) -> Result<(), Failure> {
    macro_rules! compare {
        ($parameter:ident) => {{
            let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, &slip.$parameter)).collect();
            let tolerance = close_to(expected.$parameter.iter().copied());
            let what = format!("{what}{}", stringify!($parameter));
            context.expect_array(&what, &found.$parameter, &expected.$parameter, tolerance, &slips)?;
        }};
    }
    if layers != Layers::First {
        compare!(w2);
        compare!(b2);
    }
    if layers != Layers::Second {
        compare!(w1);
        compare!(b1);
    }
    Ok(())
}
