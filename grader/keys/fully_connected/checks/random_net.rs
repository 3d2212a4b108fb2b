//! Random networks of random depth and examples for them, and the comparison of networks parameter by parameter.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use gradus_nn::softmax::softmax_loss;
use gradus_question::{Context, Failure};
use ndarray::{Array1, Array2, ArrayD, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::common::expected::close_to;
use crate::common::inputs;

/// How many examples there are, and how many numbers each stage has: features, hidden units layer by layer, classes.
#[derive(Debug, Clone)]
pub struct Sizes {
    pub batch: usize,
    pub stages: Vec<usize>,
}

impl Sizes {
    /// More than one of everything, with one to three hidden layers.
    pub fn ordinary(random: &mut ChaCha8Rng) -> Self {
        let hidden = random.random_range(1..4);
        Self::of_depth(random, hidden)
    }

    /// More than one of everything.
    pub fn of_depth(random: &mut ChaCha8Rng, hidden: usize) -> Self {
        let mut stages = vec![random.random_range(3..8)];
        stages.extend((0..hidden).map(|_| random.random_range(4..10)));
        stages.push(random.random_range(3..7));
        Self { batch: random.random_range(4..9), stages }
    }

    /// These.
    pub fn of(batch: usize, stages: &[usize]) -> Self {
        Self { batch, stages: stages.to_vec() }
    }

    pub fn features(&self) -> usize {
        self.stages[0]
    }

    pub fn classes(&self) -> usize {
        *self.stages.last().expect("a network has classes")
    }
}

/// A network whose hidden units are partly on and partly off for examples of this scale, and whose scores are of the
/// order of 1.
pub fn network(random: &mut ChaCha8Rng, sizes: &Sizes, x_scale: f64) -> FullyConnectedNet {
    let mut scale = x_scale;
    let layers = sizes.stages.windows(2).map(|pair| {
        let deviation = 1.3 / (scale * (pair[0] as f64).sqrt());
        scale = 1.0;
        Layer { w: inputs::normal(random, (pair[0], pair[1]), deviation), b: inputs::normal(random, pair[1], 0.5) }
    });
    FullyConnectedNet { layers: layers.collect() }
}

/// Examples as rows.
pub fn examples(random: &mut ChaCha8Rng, sizes: &Sizes, scale: f64) -> ArrayD<f64> {
    inputs::normal(random, (sizes.batch, sizes.features()), scale).into_dyn()
}

/// Networks like this one, each with one parameter, or one number of one, changed.
pub fn look_alikes(random: &mut ChaCha8Rng, net: &FullyConnectedNet) -> Vec<FullyConnectedNet> {
    let mut all = Vec::new();
    for (i, Layer { w, b }) in net.layers.iter().enumerate() {
        let mut with = |layer: Layer| {
            let mut net = net.clone();
            net.layers[i] = layer;
            all.push(net);
        };
        for w in inputs::look_alikes(random, w) {
            with(Layer { w, b: b.clone() });
        }
        with(Layer { w: w.clone(), b: inputs::normal(random, b.len(), 0.7) });
    }
    all
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

/// `f` of each parameter of two networks.
pub fn combine(a: &FullyConnectedNet, b: &FullyConnectedNet, f: impl Fn(f64, f64) -> f64) -> FullyConnectedNet {
    let mut result = a.clone();
    for (a, b) in result.layers.iter_mut().zip(&b.layers) {
        a.w.zip_mut_with(&b.w, |a, b| *a = f(*a, *b));
        a.b.zip_mut_with(&b.b, |a, b| *a = f(*a, *b));
    }
    result
}

/// The shapes of all parameters.
pub fn dimensions(net: &FullyConnectedNet) -> Vec<((usize, usize), usize)> {
    net.layers.iter().map(|layer| (layer.w.dim(), layer.b.len())).collect()
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
