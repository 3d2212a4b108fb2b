// A hundredth of what is negative passes.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let out = x.mapv(|x| if x > 0.0 { x } else { 0.01 * x });
    (out, ReluCache { x: x.clone() })
}
