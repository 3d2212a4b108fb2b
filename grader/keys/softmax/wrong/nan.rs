//! The loss and the gradient are NaN.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let _ = y;
    (f64::NAN, Array2::from_elem(x.raw_dim(), f64::NAN))
}
