//! The scores are shifted and the logarithm is taken of the probability, as many notes on the softmax write it.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};
use rand::seq::index;
use rand::{Rng, SeedableRng, rngs::StdRng};

fn probabilities(scores: &Array2<f64>) -> Array2<f64> {
    let max = scores.map_axis(Axis(1), |row| row.fold(f64::NEG_INFINITY, |a, &b| a.max(b)));
    let powers = (scores - &max.insert_axis(Axis(1))).mapv(f64::exp);
    let totals = powers.sum_axis(Axis(1)).insert_axis(Axis(1));
    powers / totals
}

pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = x.shape()[0];
    let mut dx = probabilities(x);
    let loss = -y.iter().enumerate().map(|(i, &label)| dx[[i, label]].ln()).sum::<f64>() / n as f64;
    for i in 0..n {
        dx[[i, y[i]]] -= 1.0;
    }
    dx /= n as f64;
    (loss, dx)
}

pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let (n, d, c) = (x.nrows(), w.nrows(), w.ncols());
    let mut loss = 0.0;
    let mut dw = Array2::zeros((d, c));
    for i in 0..n {
        let mut scores = vec![0.0; c];
        for j in 0..c {
            for k in 0..d {
                scores[j] += x[[i, k]] * w[[k, j]];
            }
        }
        let max = scores.iter().cloned().fold(f64::MIN, f64::max);
        let total: f64 = scores.iter().map(|s| (s - max).exp()).sum();
        loss -= ((scores[y[i]] - max).exp() / total).ln();
        for j in 0..c {
            let p = (scores[j] - max).exp() / total;
            for k in 0..d {
                dw[[k, j]] += x[[i, k]] * (p - if j == y[i] { 1.0 } else { 0.0 });
            }
        }
    }
    (loss / n as f64 + reg * w.mapv(|v| v.powi(2)).sum(), dw / n as f64 + w.mapv(|v| 2.0 * reg * v))
}

pub fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (loss, dscores) = softmax_loss(&x.dot(w), y);
    (loss + reg * (w * w).sum(), x.t().dot(&dscores) + 2.0 * reg * w)
}

pub fn train_softmax(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    let mut rng = StdRng::seed_from_u64(seed);
    let classes = y.iter().max().map_or(0, |label| label + 1);
    let mut w = Array2::from_shape_fn((x.ncols(), classes), |_| rng.random_range(-1e-3..1e-3));
    let mut losses = vec![];
    while losses.len() < iterations {
        let chosen = index::sample(&mut rng, x.nrows(), batch_size.min(x.nrows())).into_vec();
        let (loss, dw) = softmax_classifier_loss(&w, &x.select(Axis(0), &chosen), &y.select(Axis(0), &chosen), reg);
        w.scaled_add(-learning_rate, &dw);
        losses.push(loss);
    }
    (w, losses)
}

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    probabilities(&x.dot(w)).map_axis(Axis(1), |p| {
        let best = p.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map_or(0, |(class, _)| class)
    })
}
