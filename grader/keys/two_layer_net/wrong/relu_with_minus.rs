// The gradient has the wrong sign.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    -(dout * &cache.x.mapv(|x| if x > 0.0 { 1.0 } else { 0.0 }))
}
