// Examples with several axes are read with the first axis running fastest.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayD, Order};

pub fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    let n = x.shape()[0];
    let rows = x.to_shape(((n, x.len() / n), Order::ColumnMajor)).unwrap().to_owned();
    let out = rows.dot(w) + b;
    (out, AffineCache { x: x.clone(), w: w.clone() })
}
