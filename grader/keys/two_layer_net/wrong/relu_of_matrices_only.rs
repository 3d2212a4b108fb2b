// The numbers are taken to have two axes.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{ArrayD, Ix2};

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let matrix = x.view().into_dimensionality::<Ix2>().unwrap();
    let out = matrix.mapv(|x| x.max(0.0)).into_dyn();
    (out, ReluCache { x: x.clone() })
}
