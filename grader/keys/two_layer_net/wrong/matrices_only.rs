// Examples are taken to have one axis.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayD, Ix2};

pub fn affine_forward(x: &ArrayD<f64>, w: &Array2<f64>, b: &Array1<f64>) -> (Array2<f64>, AffineCache) {
    let rows = x.view().into_dimensionality::<Ix2>().unwrap();
    let out = rows.dot(w) + b;
    (out, AffineCache { x: x.clone(), w: w.clone() })
}
