//! Iterators, folds and `Zip`; a margin of exactly 0 counts as missed; weights start at zero, batches have no repetition.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis, Zip, s};
use rand::SeedableRng;
use rand::seq::index::sample;

pub fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let mut dx = Array2::zeros(x.raw_dim());
    let n = x.nrows() as f64;
    let loss = Zip::from(dx.rows_mut()).and(x.rows()).and(y).fold(0.0, |loss, mut slopes, scores, &label| {
        let own = scores[label] - 1.0;
        let missed = |c: &usize| *c != label && scores[*c] >= own;
        let classes: Vec<usize> = (0..scores.len()).filter(missed).collect();
        classes.iter().for_each(|&c| slopes[c] = n.recip());
        slopes[label] = -(classes.len() as f64) * n.recip();
        loss + classes.iter().map(|&c| scores[c] - own).sum::<f64>()
    });
    (loss / n, dx)
}

pub fn svm_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let n = x.nrows() as f64;
    let zero = (0.0, Array2::<f64>::zeros(w.raw_dim()));
    let (loss, dw) = x.outer_iter().zip(y).fold(zero, |(mut loss, mut dw), (example, &label)| {
        let scores: Vec<f64> =
            w.columns().into_iter().map(|column| column.iter().zip(example).map(|(w, x)| w * x).sum()).collect();
        for (c, score) in scores.iter().enumerate().filter(|&(c, _)| c != label) {
            let hinge = (score - scores[label] + 1.0).max(0.0);
            loss += hinge;
            if hinge > 0.0 {
                dw.column_mut(c).scaled_add(1.0, &example);
                dw.column_mut(label).scaled_add(-1.0, &example);
            }
        }
        (loss, dw)
    });
    (loss / n + w.iter().map(|w| reg * w * w).sum::<f64>(), dw / n + w.map(|w| reg * (w + w)))
}

pub fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (loss, dscores) = svm_loss(&w.t().dot(&x.t()).reversed_axes(), y);
    (loss + reg * w.mapv(|w| w.powi(2)).sum(), dscores.t().dot(x).t().to_owned() + &(w * 2.0 * reg))
}

pub fn train_svm(
    x: &Array2<f64>,
    y: &Array1<usize>,
    learning_rate: f64,
    reg: f64,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (Array2<f64>, Vec<f64>) {
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let classes = 1 + y.iter().copied().max().unwrap_or_default();
    let mut w = Array2::zeros((x.len_of(Axis(1)), classes));
    let history = (0..iterations)
        .map(|_| {
            let batch = sample(&mut random, x.nrows(), batch_size.min(x.nrows())).into_vec();
            let x_batch = Array2::from_shape_fn((batch.len(), x.ncols()), |(i, d)| x[[batch[i], d]]);
            let y_batch = batch.iter().map(|&i| y[i]).collect();
            let (loss, dw) = svm_classifier_loss(&w, &x_batch, &y_batch, reg);
            w -= &(learning_rate * dw);
            loss
        })
        .collect();
    (w, history)
}

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let scores = x.dot(w);
    (0..x.nrows())
        .map(|i| {
            let row = scores.slice(s![i, ..]);
            (0..row.len()).fold(0, |best, c| if row[c] > row[best] { c } else { best })
        })
        .collect()
}

/// Of equal accuracies the last wins.
pub fn search(
    x_train: &Array2<f64>,
    y_train: &Array1<usize>,
    x_val: &Array2<f64>,
    y_val: &Array1<usize>,
    learning_rates: &Array1<f64>,
    regs: &Array1<f64>,
    iterations: usize,
    batch_size: usize,
    seed: u64,
) -> (f64, f64, Array2<f64>) {
    let accuracies = Array2::from_shape_fn((learning_rates.len(), regs.len()), |(i, j)| {
        let (w, _) = train_svm(x_train, y_train, learning_rates[i], regs[j], iterations, batch_size, seed);
        let hits = predict(&w, x_val).iter().zip(y_val).map(|(a, b)| f64::from(a == b)).collect::<Array1<_>>();
        hits.mean().unwrap()
    });
    let ((i, j), _) = accuracies.indexed_iter().max_by(|a, b| a.1.partial_cmp(b.1).unwrap()).unwrap();
    (learning_rates[i], regs[j], accuracies)
}
