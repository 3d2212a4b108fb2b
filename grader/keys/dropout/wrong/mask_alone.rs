// The mask, without the upstream gradient.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    match &cache.mask {
        Some(mask) => mask.clone(),
        None => dout.clone(),
    }
}
