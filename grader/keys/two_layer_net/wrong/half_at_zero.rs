// Where x was exactly 0, half of the upstream gradient passes.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    dout * &cache.x.mapv(|x| {
        if x > 0.0 {
            1.0
        } else if x == 0.0 {
            0.5
        } else {
            0.0
        }
    })
}
