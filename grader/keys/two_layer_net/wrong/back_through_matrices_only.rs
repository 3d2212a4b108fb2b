// The numbers are taken to have two axes.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{ArrayD, Ix2};

pub fn relu_backward(dout: &ArrayD<f64>, cache: &ReluCache) -> ArrayD<f64> {
    let x = cache.x.view().into_dimensionality::<Ix2>().unwrap();
    let dout = dout.view().into_dimensionality::<Ix2>().unwrap();
    (&dout * &x.mapv(|x| if x > 0.0 { 1.0 } else { 0.0 })).into_dyn()
}
