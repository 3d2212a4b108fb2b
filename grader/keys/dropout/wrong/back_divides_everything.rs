// Everything is divided by p, dropped or not.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    match &cache.mask {
        Some(mask) => dout * mask.fold(1.0, |a: f64, b| a.max(*b)),
        None => dout.clone(),
    }
}
