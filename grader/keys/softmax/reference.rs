//! Reference answers of assignment `softmax`: a complete submission. Written by `gradus generate` from source.rs.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array1;
use ndarray::Array2;
use ndarray::ArrayViewMut1;
use ndarray::Axis;
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Normal;
use rand::Rng;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// The mean softmax loss, and its gradient with respect to the scores.
///
/// - `x`: scores (batch, classes), of any size, up to 1000 and beyond
/// - `y`: labels (batch), each below the number of classes
/// - returns the loss and `dx` (batch, classes)
pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    mean_loss_and_gradient(x.clone(), y)
}

/// Turns scores into the gradient in place.
fn mean_loss_and_gradient(mut scores: Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    let losses: f64 = scores.rows_mut().into_iter().zip(y).map(|(row, &label)| one_row(row, label)).sum();
    scores /= n;
    (losses / n, scores)
}

/// The loss of one example; its scores become the probabilities, minus one at the label.
fn one_row(mut row: ArrayViewMut1<'_, f64>, label: usize) -> f64 {
    let max = row.fold(f64::NEG_INFINITY, |max, &score| max.max(score));
    row -= max;
    let label_score = row[label];
    row.mapv_inplace(f64::exp);
    let total = row.sum();
    row /= total;
    row[label] -= 1.0;
    total.ln() - label_score
}

/// The loss of a linear classifier and its gradient with respect to the weights, with loops.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - returns the loss and `dw` (features, classes)
pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let (features, classes) = w.dim();
    let n = x.nrows() as f64;
    let mut loss = 0.0;
    let mut dw = Array2::zeros((features, classes));
    for (i, &label) in y.iter().enumerate() {
        let mut scores = vec![0.0; classes];
        for d in 0..features {
            for c in 0..classes {
                scores[c] += x[[i, d]] * w[[d, c]];
            }
        }
        let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = scores.iter().map(|score| (score - max).exp()).sum();
        loss += total.ln() + max - scores[label];
        for c in 0..classes {
            let target = if c == label { 1.0 } else { 0.0 };
            let dscore = ((scores[c] - max).exp() / total - target) / n;
            for d in 0..features {
                dw[[d, c]] += x[[i, d]] * dscore;
            }
        }
    }
    loss /= n;
    for d in 0..features {
        for c in 0..classes {
            loss += reg * w[[d, c]] * w[[d, c]];
            dw[[d, c]] += 2.0 * reg * w[[d, c]];
        }
    }
    (loss, dw)
}

/// The loss of a linear classifier and its gradient with respect to the weights, vectorised.
///
/// Arguments and results as in [`softmax_classifier_loss_naive`].
pub fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    regularised_loss_and_gradient(w, x, y, reg)
}

fn regularised_loss_and_gradient(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (loss, dscores) = mean_loss_and_gradient(x.dot(w), y);
    let mut dw = x.t().dot(&dscores);
    dw.scaled_add(2.0 * reg, w);
    (loss + reg * w.iter().map(|weight| weight * weight).sum::<f64>(), dw)
}

/// Trains a linear classifier with softmax loss by mini-batch gradient descent.
///
/// - `x`: data (batch, features)
/// - `y`: labels (batch)
/// - `learning_rate`: the length of a step, as a factor of the gradient
/// - `reg`: strength of the regulariser `reg * sum(w^2)`
/// - `iterations`: number of steps
/// - `batch_size`: number of examples in each mini-batch, at least 1
/// - `seed`: where the random numbers start
/// - returns the weights (features, max(y) + 1), and the loss of each mini-batch before its step
pub fn train_softmax(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    let classes = y.iter().max().map_or(0, |label| label + 1);
    let mut random = StdRng::seed_from_u64(seed);
    let small = Normal::new(0.0, 1e-3).expect("a positive deviation");
    let mut w = Array2::random_using((x.ncols(), classes), small, &mut random);
    let mut history = Vec::with_capacity(iterations);
    for _ in 0..iterations {
        let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..x.nrows())).collect();
        let (x_batch, y_batch) = (x.select(Axis(0), &batch), y.select(Axis(0), &batch));
        let (loss, dw) = regularised_loss_and_gradient(&w, &x_batch, &y_batch, reg);
        history.push(loss);
        w.scaled_add(-learning_rate, &dw);
    }
    (w, history)
}

/// The class with the highest score for each example.
///
/// - `w`: weights (features, classes)
/// - `x`: data (batch, features)
/// - returns a class (batch), each below the number of classes
pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    x.dot(w).map_axis(Axis(1), |scores| {
        scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(class, _)| class)
    })
}
