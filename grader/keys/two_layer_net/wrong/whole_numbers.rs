// What is positive is rounded to a whole number.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let out = x.mapv(|x| x.max(0.0).round());
    (out, ReluCache { x: x.clone() })
}
