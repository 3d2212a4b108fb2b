// Takes each output that is not positive for a number that was dropped.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::Mode;
use ndarray::ArrayD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub struct DropoutCache {
    pub out: ArrayD<f64>,
    pub factor: f64,
    pub trains: bool,
}

pub fn dropout_forward(x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> (ArrayD<f64>, DropoutCache) {
    if mode == Mode::Evaluate {
        return (x.clone(), DropoutCache { out: x.clone(), factor: 1.0, trains: false });
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mask = ArrayD::from_shape_simple_fn(x.raw_dim(), || if random.random::<f64>() < p { 1.0 / p } else { 0.0 });
    let out = x * &mask;
    (out.clone(), DropoutCache { out, factor: 1.0 / p, trains: true })
}

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    if !cache.trains {
        return dout.clone();
    }
    dout * &cache.out.mapv(|out| if out > 0.0 { cache.factor } else { 0.0 })
}
