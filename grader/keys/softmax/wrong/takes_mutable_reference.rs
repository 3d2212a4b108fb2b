//! The signature asks for a mutable reference, so that the function cannot be called as it should be.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn softmax_loss(x: &mut Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    for (mut row, &label) in x.rows_mut().into_iter().zip(y) {
        let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|score| (score - max).exp());
        let total = row.sum();
        row /= total;
        row[label] -= 1.0;
    }
    let n = y.len() as f64;
    let loss = -x.rows().into_iter().zip(y).map(|(row, &label)| (row[label] + 1.0).ln()).sum::<f64>() / n;
    (loss, &*x / n)
}
