//! Random fully connected networks of random depth, for the checks of several assignments: networks with the same layers, and
//! networks of the same type.
// GRADUS-STAFF-ONLY-7c1f4e

use std::ops::Range;

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use ndarray::{Array1, Array2};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::{inputs, recorded};

/// How many examples there are, and how many numbers each stage has: features, hidden units layer by layer, classes.
#[derive(Debug, Clone)]
pub struct Sizes {
    pub batch: usize,
    pub stages: Vec<usize>,
}

impl Sizes {
    /// More than one of everything, with so many hidden layers.
    pub fn ordinary(random: &mut ChaCha8Rng, hidden: Range<usize>) -> Self {
        let hidden = random.random_range(hidden);
        Self::of_depth(random, hidden)
    }

    /// More than one of everything.
    pub fn of_depth(random: &mut ChaCha8Rng, hidden: usize) -> Self {
        let stages = stages(random, hidden);
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

/// How many numbers each stage has: more than one, with this many hidden layers.
pub fn stages(random: &mut ChaCha8Rng, hidden: usize) -> Vec<usize> {
    let mut stages = vec![random.random_range(3..8)];
    stages.extend((0..hidden).map(|_| random.random_range(4..10)));
    stages.push(random.random_range(3..7));
    stages
}

/// A network whose hidden units are partly on and partly off for examples of this scale, and whose scores are of the
/// order of 1.
pub fn network(random: &mut ChaCha8Rng, stages: &[usize], x_scale: f64) -> FullyConnectedNet {
    let mut scale = x_scale;
    let layers = stages.windows(2).map(|pair| {
        let deviation = 1.3 / (scale * (pair[0] as f64).sqrt());
        scale = 1.0;
        Layer { w: inputs::normal(random, (pair[0], pair[1]), deviation), b: inputs::normal(random, pair[1], 0.5) }
    });
    FullyConnectedNet { layers: layers.collect() }
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

/// A recorded network, or the gradient with respect to one.
#[derive(Deserialize)]
pub struct RecordedNet(Vec<RecordedLayer>);

#[derive(Deserialize)]
struct RecordedLayer {
    #[serde(deserialize_with = "recorded::matrix")]
    w: Array2<f64>,
    #[serde(deserialize_with = "recorded::vector")]
    b: Array1<f64>,
}

impl From<RecordedNet> for FullyConnectedNet {
    fn from(RecordedNet(layers): RecordedNet) -> Self {
        FullyConnectedNet { layers: layers.into_iter().map(|RecordedLayer { w, b }| Layer { w, b }).collect() }
    }
}
