//! Plain loops with indices and small helper functions.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The loss of one example; adds its slopes to `slopes`.
fn hinge(scores: &[f64], label: usize, slopes: &mut [f64]) -> f64 {
    let mut loss = 0.0;
    for c in 0..scores.len() {
        if c == label {
            continue;
        }
        let margin = scores[c] - scores[label] + 1.0;
        if margin > 0.0 {
            loss += margin;
            slopes[c] += 1.0;
            slopes[label] -= 1.0;
        }
    }
    loss
}

pub fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let (n, classes) = (x.shape()[0], x.shape()[1]);
    let mut dx = Array2::zeros((n, classes));
    let mut loss = 0.0;
    for i in 0..n {
        let scores: Vec<f64> = (0..classes).map(|c| x[[i, c]]).collect();
        let mut slopes = vec![0.0; classes];
        loss += hinge(&scores, y[i], &mut slopes) / n as f64;
        for c in 0..classes {
            dx[[i, c]] = slopes[c] / n as f64;
        }
    }
    (loss, dx)
}

pub fn svm_classifier_loss_naive(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let (n, features, classes) = (x.shape()[0], w.shape()[0], w.shape()[1]);
    let mut loss = 0.0;
    let mut dw = Array2::<f64>::zeros((features, classes));
    for i in 0..n {
        let mut scores = vec![0.0; classes];
        for c in 0..classes {
            for d in 0..features {
                scores[c] += x[[i, d]] * w[[d, c]];
            }
        }
        let mut slopes = vec![0.0; classes];
        loss += hinge(&scores, y[i], &mut slopes);
        for d in 0..features {
            for c in 0..classes {
                dw[[d, c]] += x[[i, d]] * slopes[c];
            }
        }
    }
    loss /= n as f64;
    for d in 0..features {
        for c in 0..classes {
            dw[[d, c]] = dw[[d, c]] / n as f64 + 2.0 * reg * w[[d, c]];
            loss += reg * w[[d, c]].powi(2);
        }
    }
    (loss, dw)
}

pub fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let scores = x.dot(w);
    let (data_loss, dscores) = svm_loss(&scores, y);
    let loss = data_loss + reg * (w * w).sum();
    let dw = x.t().dot(&dscores) + 2.0 * reg * w;
    (loss, dw)
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
    let mut classes = 0;
    for &label in y {
        classes = classes.max(label + 1);
    }
    let features = x.shape()[1];
    let mut random = StdRng::seed_from_u64(seed);
    let mut w = Array2::<f64>::zeros((features, classes));
    for weight in &mut w {
        *weight = 0.001 * random.random_range(-1.0..1.0);
    }
    let mut history = vec![];
    for _ in 0..iterations {
        let mut x_batch = Array2::zeros((batch_size, features));
        let mut y_batch = Array1::zeros(batch_size);
        for i in 0..batch_size {
            let k = random.random_range(0..x.shape()[0]);
            x_batch.row_mut(i).assign(&x.row(k));
            y_batch[i] = y[k];
        }
        let (loss, dw) = svm_classifier_loss_naive(&w, &x_batch, &y_batch, reg);
        history.push(loss);
        for d in 0..features {
            for c in 0..classes {
                w[[d, c]] -= learning_rate * dw[[d, c]];
            }
        }
    }
    (w, history)
}

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let mut result = Array1::zeros(x.shape()[0]);
    for i in 0..x.shape()[0] {
        let mut best = f64::NEG_INFINITY;
        for c in 0..w.shape()[1] {
            let mut score = 0.0;
            for d in 0..w.shape()[0] {
                score += x[[i, d]] * w[[d, c]];
            }
            if score > best {
                best = score;
                result[i] = c;
            }
        }
    }
    result
}

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
    let mut accuracies = Array2::zeros((learning_rates.len(), regs.len()));
    let mut best = (0, 0);
    for i in 0..learning_rates.len() {
        for j in 0..regs.len() {
            let w = train_svm(x_train, y_train, learning_rates[i], regs[j], iterations, batch_size, seed).0;
            let predicted = predict(&w, x_val);
            for k in 0..y_val.len() {
                if predicted[k] == y_val[k] {
                    accuracies[[i, j]] += 1.0;
                }
            }
            accuracies[[i, j]] /= y_val.len() as f64;
            if accuracies[[i, j]] > accuracies[[best.0, best.1]] {
                best = (i, j);
            }
        }
    }
    (learning_rates[best.0], regs[best.1], accuracies)
}
