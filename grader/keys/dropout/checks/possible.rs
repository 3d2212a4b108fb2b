//! All masks that a small network can have, and which of them explains a result.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::FullyConnectedNet;
use gradus_check::compare;
use ndarray::{Array1, Array2, ArrayD, Ix2};

use crate::common::expected::close_to;

/// One of the things that a network can say about one example.
#[derive(Clone)]
pub struct Outcome {
    /// Which hidden units are kept, first layer first.
    pub kept: Vec<bool>,
    pub scores: Array1<f64>,
    /// With what probability masks give these scores.
    pub probability: f64,
}

impl Outcome {
    /// Softmax of the scores.
    pub fn shares(&self) -> Array1<f64> {
        let highest = self.scores.fold(f64::NEG_INFINITY, |a, b| a.max(*b));
        let shares = self.scores.mapv(|score| (score - highest).exp());
        &shares / shares.sum()
    }

    /// The loss of the example with this label.
    pub fn loss(&self, label: usize) -> f64 {
        -self.shares()[label].ln()
    }
}

/// The number of hidden units.
pub fn units(net: &FullyConnectedNet) -> usize {
    net.layers[..net.layers.len() - 1].iter().map(|layer| layer.b.len()).sum()
}

/// The rows of examples.
pub fn rows(x: &ArrayD<f64>) -> Array2<f64> {
    let batch = x.shape()[0];
    let rows = x.to_shape((batch, x.len() / batch)).expect("as many numbers").into_owned();
    rows.into_dimensionality::<Ix2>().expect("two axes")
}

/// All that a network can say about an example if each hidden unit is kept with the probability `p` and then multiplied by
/// `factor`. Masks that make no difference, since a unit is off or nothing behind it is left, count as one.
pub fn outcomes(net: &FullyConnectedNet, example: &[f64], p: f64, factor: f64) -> Vec<Outcome> {
    let count = units(net);
    assert!(count <= 12, "too many masks to try them all");
    let mut all: Vec<Outcome> = Vec::new();
    for bits in 0..1_u32 << count {
        let kept: Vec<bool> = (0..count).map(|unit| bits >> unit & 1 == 1).collect();
        let scores = scores(net, example, &kept, factor);
        let probability = kept.iter().map(|kept| if *kept { p } else { 1.0 - p }).product();
        match all.iter_mut().find(|other| same(&other.scores, &scores)) {
            Some(other) => other.probability += probability,
            None => all.push(Outcome { kept, scores, probability }),
        }
    }
    all
}

/// But for rounding.
fn same(a: &Array1<f64>, b: &Array1<f64>) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * (1.0 + b.abs()))
}

fn scores(net: &FullyConnectedNet, example: &[f64], kept: &[bool], factor: f64) -> Array1<f64> {
    let mut out = example.to_vec();
    let mut kept = kept.iter();
    let last = net.layers.len() - 1;
    for (i, layer) in net.layers.iter().enumerate() {
        let mut next = layer.b.to_vec();
        for (input, weights) in out.iter().zip(layer.w.outer_iter()).filter(|(input, _)| **input != 0.0) {
            next.iter_mut().zip(weights).for_each(|(next, weight)| *next += input * weight);
        }
        if i < last {
            for (next, kept) in next.iter_mut().zip(&mut kept) {
                *next = if *kept { next.max(0.0) * factor } else { 0.0 };
            }
        }
        out = next;
    }
    Array1::from_vec(out)
}

/// The outcome of each example that gives these scores, if there is one for each.
pub fn explain(all: &[Vec<Outcome>], found: &Array2<f64>) -> Option<Vec<Outcome>> {
    let one = |(outcomes, found): (&Vec<Outcome>, ndarray::ArrayView1<'_, f64>)| {
        let found = found.to_owned();
        let agrees =
            |outcome: &&Outcome| compare(&found, &outcome.scores, close_to(outcome.scores.iter().copied())).is_ok();
        outcomes.iter().find(agrees).cloned()
    };
    if found.nrows() != all.len() {
        return None;
    }
    all.iter().zip(found.outer_iter()).map(one).collect()
}

/// The choices of one outcome for each example that give this mean loss.
pub fn explain_loss(all: &[Vec<Outcome>], y: &Array1<usize>, loss: f64) -> Vec<Vec<Outcome>> {
    let tolerance = close_to([loss]);
    let n = y.len() as f64;
    let losses: Vec<Vec<f64>> =
        all.iter().zip(y).map(|(outcomes, &label)| outcomes.iter().map(|one| one.loss(label)).collect()).collect();
    let mut found = Vec::new();
    let mut chosen = vec![0; all.len()];
    loop {
        let sum: f64 = losses.iter().zip(&chosen).map(|(losses, &one)| losses[one]).sum();
        if tolerance.accepts(loss, sum / n) {
            found.push(all.iter().zip(&chosen).map(|(outcomes, &one)| outcomes[one].clone()).collect());
        }
        // The next choice, as a number with a digit for each example.
        let Some(digit) = (0..chosen.len()).find(|&digit| chosen[digit] + 1 < all[digit].len()) else { return found };
        chosen[digit] += 1;
        chosen[..digit].fill(0);
    }
}

/// Masks of the hidden layers (batch, units) that belong to these outcomes.
pub fn masks(net: &FullyConnectedNet, outcomes: &[Outcome], factor: f64) -> Vec<Array2<f64>> {
    let mut start = 0;
    let of_layer =
        |width: usize| {
            let mask = Array2::from_shape_fn((outcomes.len(), width), |(n, unit)| {
                if outcomes[n].kept[start + unit] { factor } else { 0.0 }
            });
            start += width;
            mask
        };
    net.layers[..net.layers.len() - 1].iter().map(|layer| layer.b.len()).map(of_layer).collect()
}
