//! The search ends before the last class.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let scores = x.dot(w);
    let mut classes = Array1::zeros(x.nrows());
    for (i, row) in scores.rows().into_iter().enumerate() {
        for c in 1..row.len() - 1 {
            if row[c] > row[classes[i]] {
                classes[i] = c;
            }
        }
    }
    classes
}
