// Nothing is dropped, but everything is divided by p.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::Mode;
use ndarray::ArrayD;

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    if mode == Mode::Evaluate {
        return (x.clone(), DropoutCache { mask: None });
    }
    let _ = seed;
    let mask = ArrayD::from_shape_simple_fn(x.raw_dim(), || 1.0 / p);
    (x * &mask, DropoutCache { mask: Some(mask) })
}
