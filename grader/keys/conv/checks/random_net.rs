//! Random networks and images for them, and the comparison of networks parameter by parameter.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::ThreeLayerConvNet;
use gradus_question::{Context, Failure};
use ndarray::Array4;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::reference;
use crate::common::expected::close_to;
use crate::common::inputs;

/// Axis lengths.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// (batch, channels, height, width)
    pub x: [usize; 4],
    pub filters: usize,
    pub filter_size: usize,
    pub hidden: usize,
    pub classes: usize,
}

impl Sizes {
    /// More than one of everything.
    pub fn ordinary(random: &mut ChaCha8Rng) -> Self {
        Self {
            x: [random.random_range(2..5), random.random_range(2..4), 4, 4],
            filters: random.random_range(2..4),
            filter_size: 3,
            hidden: random.random_range(4..8),
            classes: random.random_range(3..6),
        }
    }

    /// Images, and then filters, their size, hidden units and classes.
    pub const fn of(x: [usize; 4], [filters, filter_size, hidden, classes]: [usize; 4]) -> Self {
        Self { x, filters, filter_size, hidden, classes }
    }
}

/// A network whose units are partly on and partly off for images of this scale, and whose scores are of the order of 1.
pub fn network(random: &mut ChaCha8Rng, sizes: Sizes, x_scale: f64) -> ThreeLayerConvNet {
    let Sizes { x: [_, channels, height, width], filters, filter_size, hidden, classes } = sizes;
    let (window, features) = (channels * filter_size * filter_size, filters * (height / 2) * (width / 2));
    ThreeLayerConvNet {
        w1: inputs::normal(
            random,
            [filters, channels, filter_size, filter_size],
            1.0 / (x_scale * (window as f64).sqrt()),
        ),
        b1: inputs::normal(random, filters, 0.5),
        w2: inputs::normal(random, (features, hidden), 1.0 / (features as f64).sqrt()),
        b2: inputs::normal(random, hidden, 0.5),
        w3: inputs::normal(random, (hidden, classes), 1.5 / (hidden as f64).sqrt()),
        b3: inputs::normal(random, classes, 0.5),
    }
}

/// Networks like this one, each with one parameter, or one number of one, changed.
pub fn look_alikes(random: &mut ChaCha8Rng, net: &ThreeLayerConvNet) -> Vec<ThreeLayerConvNet> {
    let mut all = Vec::new();
    all.extend(inputs::look_alikes(random, &net.w1).map(|w1| ThreeLayerConvNet { w1, ..net.clone() }));
    let [w2, ..] = inputs::look_alikes(random, &net.w2);
    let [w3, ..] = inputs::look_alikes(random, &net.w3);
    all.push(ThreeLayerConvNet { w2, ..net.clone() });
    all.push(ThreeLayerConvNet { w3, ..net.clone() });
    all.push(ThreeLayerConvNet { b1: inputs::normal(random, net.b1.len(), 0.7), ..net.clone() });
    all.push(ThreeLayerConvNet { b2: inputs::normal(random, net.b2.len(), 0.7), ..net.clone() });
    all.push(ThreeLayerConvNet { b3: inputs::normal(random, net.b3.len(), 0.7), ..net.clone() });
    all
}

/// Whether no number is near an edge: of ReLU, or of two numbers of a window that are nearly equal.
pub fn away_from_edges(net: &ThreeLayerConvNet, x: &Array4<f64>) -> bool {
    const FAR: f64 = 2e-3;
    let pad = (net.w1.dim().2 - 1) / 2;
    let (maps, _) = reference::conv_forward_naive(x, &net.w1, &net.b1, 1, pad);
    let (pooled, _) = reference::max_pool_forward_naive(&maps, 2, 2, 2);
    let windows = pooled.indexed_iter().all(|((n, c, i, j), &largest)| {
        let window = maps.slice(ndarray::s![n, c, 2 * i..2 * i + 2, 2 * j..2 * j + 2]);
        largest < 0.0 || window.iter().filter(|x| largest - **x < FAR).count() == 1
    });
    let (hidden, _) = gradus_nn::affine::affine_forward(&pooled.mapv(|x| x.max(0.0)), &net.w2, &net.b2);
    windows && maps.iter().chain(&hidden).all(|x| x.abs() > FAR)
}

/// `f` of each parameter of two networks.
pub fn combine(a: &ThreeLayerConvNet, b: &ThreeLayerConvNet, f: impl Fn(f64, f64) -> f64) -> ThreeLayerConvNet {
    let mut result = a.clone();
    result.w1.zip_mut_with(&b.w1, |a, b| *a = f(*a, *b));
    result.b1.zip_mut_with(&b.b1, |a, b| *a = f(*a, *b));
    result.w2.zip_mut_with(&b.w2, |a, b| *a = f(*a, *b));
    result.b2.zip_mut_with(&b.b2, |a, b| *a = f(*a, *b));
    result.w3.zip_mut_with(&b.w3, |a, b| *a = f(*a, *b));
    result.b3.zip_mut_with(&b.b3, |a, b| *a = f(*a, *b));
    result
}

/// Which parameters are compared.
#[derive(Clone, Copy, PartialEq)]
pub enum Layers {
    Convolution,
    Affine,
    All,
}

/// Expects the gradients of these layers.
pub fn expect(
    context: &Context,
    layers: Layers,
    found: &ThreeLayerConvNet,
    expected: &ThreeLayerConvNet,
    slips: &[(&str, &ThreeLayerConvNet)],
) -> Result<(), Failure> {
    macro_rules! compare {
        ($parameter:ident) => {{
            let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, &slip.$parameter)).collect();
            let tolerance = close_to(expected.$parameter.iter().copied());
            let what = format!("the gradient of {}", stringify!($parameter));
            context.expect_array(&what, &found.$parameter, &expected.$parameter, tolerance, &slips)?;
        }};
    }
    if layers != Layers::Convolution {
        compare!(w3);
        compare!(b3);
        compare!(w2);
        compare!(b2);
    }
    if layers != Layers::Affine {
        compare!(w1);
        compare!(b1);
    }
    Ok(())
}
