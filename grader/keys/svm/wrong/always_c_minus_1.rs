// The loss is C - 1 and the gradient that of equal scores, whatever the weights.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn svm_classifier_loss(w: &Array2<f64>, x: &Array2<f64>, y: &Array1<usize>, reg: f64) -> (f64, Array2<f64>) {
    let _ = reg;
    let n = y.len() as f64;
    let mut dscores = Array2::from_elem((x.nrows(), w.ncols()), 1.0 / n);
    for (i, &label) in y.iter().enumerate() {
        dscores[[i, label]] -= w.ncols() as f64 / n;
    }
    (w.ncols() as f64 - 1.0, x.t().dot(&dscores))
}
