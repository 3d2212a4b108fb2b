// The sums are divided by how many margins are missed, so that there is 0 / 0 where none is.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn svm_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
    let mut loss = 0.0;
    let mut missed = 0.0;
    let mut dx = Array2::zeros(x.dim());
    for i in 0..x.nrows() {
        for c in 0..x.ncols() {
            let margin = x[[i, c]] - x[[i, y[i]]] + 1.0;
            if c != y[i] && margin > 0.0 {
                loss += margin;
                missed += 1.0;
                dx[[i, c]] += 1.0;
                dx[[i, y[i]]] -= 1.0;
            }
        }
    }
    (loss / missed, dx / missed)
}
