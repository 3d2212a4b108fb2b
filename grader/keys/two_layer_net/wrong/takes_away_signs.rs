// Negative numbers lose their sign.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let out = x.mapv(f64::abs);
    (out, ReluCache { x: x.clone() })
}
