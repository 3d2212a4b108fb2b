//! Plain loops with indices and small helper functions.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

fn probabilities(scores: &[f64]) -> Vec<f64> {
    let max = largest(scores);
    let mut p = Vec::new();
    let mut total = 0.0;
    for &score in scores {
        let e = (score - max).exp();
        p.push(e);
        total += e;
    }
    for value in &mut p {
        *value /= total;
    }
    p
}

fn largest(scores: &[f64]) -> f64 {
    let mut max = scores[0];
    for i in 1..scores.len() {
        if scores[i] > max {
            max = scores[i];
        }
    }
    max
}

fn loss_of(scores: &[f64], label: usize) -> f64 {
    let max = largest(scores);
    let mut total = 0.0;
    for &score in scores {
        total += (score - max).exp();
    }
    total.ln() - (scores[label] - max)
}

pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let (n, classes) = (x.shape()[0], x.shape()[1]);
    let mut dx = Array2::zeros((n, classes));
    let mut loss = 0.0;
    for i in 0..n {
        let scores: Vec<f64> = (0..classes).map(|c| x[[i, c]]).collect();
        loss += loss_of(&scores, y[i]) / n as f64;
        let p = probabilities(&scores);
        for c in 0..classes {
            dx[[i, c]] = p[c] / n as f64;
        }
        dx[[i, y[i]]] -= 1.0 / n as f64;
    }
    (loss, dx)
}

pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
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
        loss += loss_of(&scores, y[i]);
        let mut p = probabilities(&scores);
        p[y[i]] -= 1.0;
        for d in 0..features {
            for c in 0..classes {
                dw[[d, c]] += x[[i, d]] * p[c];
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

pub fn softmax_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let scores = x.dot(w);
    let (data_loss, dscores) = softmax_loss(&scores, y);
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
        let (loss, dw) = softmax_classifier_loss_naive(&w, &x_batch, &y_batch, reg);
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
