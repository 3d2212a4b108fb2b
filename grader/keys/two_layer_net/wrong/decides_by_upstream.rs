// What passes back is decided by the upstream gradient, not by x.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    let _ = cache;
    dout.mapv(|slope| slope.max(0.0))
}
