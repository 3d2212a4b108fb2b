// A fixed number of elements is kept, at random places.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::Mode;
use ndarray::ArrayD;
use rand::seq::SliceRandom;
use rand::rngs::StdRng;
use rand::SeedableRng;

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    if mode == Mode::Evaluate {
        return (x.clone(), DropoutCache { mask: None });
    }
    let mut random = StdRng::seed_from_u64(seed);
    let count = (p * x.len() as f64).round() as usize;
    let mut kept: Vec<f64> = (0..x.len()).map(|place| if place < count { 1.0 / p } else { 0.0 }).collect();
    kept.shuffle(&mut random);
    let mask = ArrayD::from_shape_vec(x.raw_dim(), kept).unwrap();
    (x * &mask, DropoutCache { mask: Some(mask) })
}
