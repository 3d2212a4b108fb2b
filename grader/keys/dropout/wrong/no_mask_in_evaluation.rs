// Takes for granted that there is a mask.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    dout * cache.mask.as_ref().unwrap()
}
