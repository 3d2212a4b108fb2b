//! The score that is farthest from 0 is taken for the highest.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let scores = x.dot(w);
    let mut classes = Array1::zeros(x.nrows());
    for (i, row) in scores.rows().into_iter().enumerate() {
        let mut best = 0;
        for c in 1..row.len() {
            if row[c].abs() > row[best].abs() {
                best = c;
            }
        }
        classes[i] = best;
    }
    classes
}
