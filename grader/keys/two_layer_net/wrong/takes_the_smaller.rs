// The smaller of each number and 0 is taken.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let out = x.mapv(|x| x.min(0.0));
    (out, ReluCache { x: x.clone() })
}
