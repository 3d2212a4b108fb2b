// Another mask is drawn on the way back.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub fn dropout_backward(dout: &ArrayD<f64>, cache: &DropoutCache) -> ArrayD<f64> {
    match &cache.mask {
        Some(mask) => {
            let factor = mask.fold(1.0, |a: f64, b| a.max(*b));
            let mut random = StdRng::seed_from_u64(0);
            dout.mapv(|slope| if random.random::<f64>() < 1.0 / factor { slope * factor } else { 0.0 })
        },
        None => dout.clone(),
    }
}
