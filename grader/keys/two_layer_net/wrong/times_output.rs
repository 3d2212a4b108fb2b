// The upstream gradient is multiplied by the output, where it should be multiplied by 1.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    dout * &cache.x.mapv(|x| x.max(0.0))
}
