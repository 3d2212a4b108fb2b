//! The first class is predicted for every example.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let _ = w;
    Array1::zeros(x.nrows())
}
