// Each call goes on where the last one ended, whatever the seed.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use gradus_nn::random::normal;
use ndarray::Array1;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::atomic::{AtomicU64, Ordering};

pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let mut random = StdRng::seed_from_u64(seed.wrapping_add(CALLS.fetch_add(1, Ordering::Relaxed)));
    let mut inputs = features;
    let mut layers = Vec::new();
    for &outputs in hidden.iter().chain([&classes]) {
        let w = normal((inputs, outputs), weight_scale, &mut random);
        layers.push(Layer { w, b: Array1::zeros(outputs) });
        inputs = outputs;
    }
    FullyConnectedNet { layers }
}
