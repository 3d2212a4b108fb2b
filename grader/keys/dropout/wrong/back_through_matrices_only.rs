// Only gradients with two axes are taken.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{ArrayD, Ix2};

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    let dout = dout.clone().into_dimensionality::<Ix2>().unwrap();
    match &cache.mask {
        Some(mask) => (&dout * &mask.view().into_dimensionality::<Ix2>().unwrap()).into_dyn(),
        None => dout.into_dyn(),
    }
}
