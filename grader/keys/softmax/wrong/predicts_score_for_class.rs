//! The highest score is returned as a class, not its place.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayView1};

pub fn predict(w: &Array2<f64>, x: &Array2<f64>) -> Array1<usize> {
    let scores = x.dot(w);
    let highest = |row: ArrayView1<f64>| row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    scores.rows().into_iter().map(|row| highest(row) as usize % w.ncols()).collect()
}
