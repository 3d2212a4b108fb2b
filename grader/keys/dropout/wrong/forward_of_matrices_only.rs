// Only arrays with two axes are taken.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::Mode;
use ndarray::{Array2, ArrayD, Ix2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    let x = x.clone().into_dimensionality::<Ix2>().unwrap();
    if mode == Mode::Evaluate {
        return (x.into_dyn(), DropoutCache { mask: None });
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mask = Array2::from_shape_simple_fn(x.dim(), || if random.random::<f64>() < p { 1.0 / p } else { 0.0 });
    ((x * &mask).into_dyn(), DropoutCache { mask: Some(mask.into_dyn()) })
}
