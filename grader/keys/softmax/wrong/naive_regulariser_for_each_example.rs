//! The regulariser is added with each example, after the mean.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let (features, classes) = w.dim();
    let n = x.nrows() as f64;
    let squares: f64 = w.iter().map(|weight| weight * weight).sum();
    let mut loss = 0.0;
    let mut dw = Array2::zeros((features, classes));
    for i in 0..x.nrows() {
        let mut scores = vec![0.0; classes];
        for c in 0..classes {
            for d in 0..features {
                scores[c] += x[[i, d]] * w[[d, c]];
            }
        }
        let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = scores.iter().map(|score| (score - max).exp()).sum();
        loss += (total.ln() + max - scores[y[i]]) / n + reg * squares;
        for c in 0..classes {
            let target = if c == y[i] { 1.0 } else { 0.0 };
            let p = (scores[c] - max).exp() / total;
            for d in 0..features {
                dw[[d, c]] += x[[i, d]] * (p - target);
            }
        }
    }
    (loss, dw / n + w * (2.0 * reg))
}
