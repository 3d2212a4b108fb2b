// Decides by the upstream gradient what passes, as ReLU does by its input.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    match &cache.mask {
        Some(mask) => dout * mask * &dout.mapv(|slope| f64::from(u8::from(slope > 0.0))),
        None => dout.clone(),
    }
}
