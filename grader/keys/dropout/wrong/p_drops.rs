// Keeps where it should drop, but divides by p.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::Mode;
use ndarray::ArrayD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    if mode == Mode::Evaluate {
        return (x.clone(), DropoutCache { mask: None });
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mask = ArrayD::from_shape_simple_fn(x.raw_dim(), || if random.random::<f64>() < p { 0.0 } else { 1.0 / p });
    (x * &mask, DropoutCache { mask: Some(mask) })
}
