// Loops, where a matrix product was asked for: right, but slow.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayD};

pub fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    let n = x.shape()[0];
    let rows = x.to_shape((n, x.len() / n)).unwrap().to_owned();
    let mut out = Array2::zeros((n, w.ncols()));
    for i in 0..n {
        for j in 0..w.ncols() {
            let mut sum = b[j];
            for d in 0..w.nrows() {
                sum += rows[[i, d]] * w[[d, j]];
            }
            out[[i, j]] = sum;
        }
    }
    (out, AffineCache { x: x.clone(), w: w.clone() })
}
