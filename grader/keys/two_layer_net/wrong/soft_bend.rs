// The bend is a soft one: ln(1 + exp(x)).
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_forward(x: &ArrayD<f64>) -> (ArrayD<f64>, ReluCache) {
    let out = x.mapv(|x| x.exp().ln_1p());
    (out, ReluCache { x: x.clone() })
}
