// The gradient is not divided by the number of examples; the loss is.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let n = y.len() as f64;
    let mut loss = 0.0;
    let mut dx = Array2::zeros(x.dim());
    for i in 0..x.nrows() {
        for c in 0..x.ncols() {
            let margin = x[[i, c]] - x[[i, y[i]]] + 1.0;
            if c != y[i] && margin > 0.0 {
                loss += margin;
                dx[[i, c]] += 1.0;
                dx[[i, y[i]]] -= 1.0;
            }
        }
    }
    (loss / n, dx)
}
