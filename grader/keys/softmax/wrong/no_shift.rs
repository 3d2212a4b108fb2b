//! The scores are not shifted before exp, so that large ones overflow.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    let mut dx = x.mapv(f64::exp);
    let mut loss = 0.0;
    for (mut row, &label) in dx.rows_mut().into_iter().zip(y) {
        let total = row.sum();
        row /= total;
        loss -= row[label].ln();
        row[label] -= 1.0;
    }
    (loss / n, dx / n)
}
