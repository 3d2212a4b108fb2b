//! The loss and the gradient are zero.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn softmax_classifier_loss_naive(
    w: &Array2<f64>,
    x: &Array2<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, Array2<f64>) {
    let _ = (x, y, reg);
    (0.0, Array2::zeros(w.raw_dim()))
}
