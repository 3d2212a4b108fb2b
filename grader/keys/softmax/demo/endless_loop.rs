// Softmax, all five questions
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = x.nrows() as f64;
    let mut dx = x.clone();
    let mut loss = 0.0;
    for (mut scores, &label) in dx.rows_mut().into_iter().zip(y) {
        // Shifted by the largest score, so that exp cannot overflow.
        let max = scores.fold(f64::NEG_INFINITY, |max, &score| max.max(score));
        scores -= max;
        let sum = scores.mapv(f64::exp).sum();
        loss += sum.ln() - scores[label];
        scores.mapv_inplace(|score| score.exp() / sum);
        scores[label] -= 1.0;
    }
    (loss / n, dx / n)
}

pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let (n, features) = x.dim();
    let classes = w.ncols();
    let mut loss = 0.0;
    let mut dw = Array2::zeros((features, classes));
    for i in 0..n {
        let mut scores = vec![0.0; classes];
        for c in 0..classes {
            for d in 0..features {
                scores[c] += x[[i, d]] * w[[d, c]];
            }
        }
        let mut max = scores[0];
        for &score in &scores {
            max = score.max(max);
        }
        let mut sum = 0.0;
        for &score in &scores {
            sum += (score - max).exp();
        }
        loss += sum.ln() + max - scores[y[i]];
        for c in 0..classes {
            let mut dscore = (scores[c] - max).exp() / sum;
            if c == y[i] {
                dscore -= 1.0;
            }
            for d in 0..features {
                dw[[d, c]] += x[[i, d]] * dscore;
            }
        }
    }
    loss /= n as f64;
    dw /= n as f64;
    for d in 0..features {
        for c in 0..classes {
            loss += reg * w[[d, c]] * w[[d, c]];
            dw[[d, c]] += 2.0 * reg * w[[d, c]];
        }
    }
    (loss, dw)
}

pub fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (data_loss, dscores) = softmax_loss(&x.dot(w), y);
    let loss = data_loss + reg * (w * w).sum();
    let dw = x.t().dot(&dscores) + 2.0 * reg * w;
    (loss, dw)
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
    let mut random = StdRng::seed_from_u64(seed);
    let classes = y.iter().max().unwrap() + 1;
    let mut w = Array2::from_shape_simple_fn((x.ncols(), classes), || random.random_range(-0.001..0.001));
    let mut history = Vec::new();
    for _ in 0..iterations {
        let batch: Vec<usize> = (0..batch_size).map(|_| random.random_range(0..x.nrows())).collect();
        let x_batch = x.select(Axis(0), &batch);
        let y_batch = y.select(Axis(0), &batch);
        let (loss, dw) = softmax_classifier_loss(&w, &x_batch, &y_batch, reg);
        history.push(loss);
        w = w - learning_rate * dw;
    }
    (w, history)
}

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let scores = x.dot(w);
    let mut classes = Array1::zeros(x.nrows());
    for (i, row) in scores.rows().into_iter().enumerate() {
        let mut best = 0;
        let mut c = 1;
        while c < row.len() {
            if row[c] > row[best] {
                best = c;
                c += 1;
            }
        }
        classes[i] = best;
    }
    classes
}
