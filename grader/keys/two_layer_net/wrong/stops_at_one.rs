// What is above 1 becomes 1.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let out = x.mapv(|x| x.clamp(0.0, 1.0));
    (out, ReluCache { x: x.clone() })
}
