// The weights are drawn evenly, though with the right deviation.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use ndarray::{Array1, Array2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    let mut random = StdRng::seed_from_u64(seed);
    let mut inputs = features;
    let mut layers = Vec::new();
    for &outputs in hidden.iter().chain([&classes]) {
        let w = Array2::from_shape_simple_fn((inputs, outputs), || weight_scale * 3f64.sqrt() * (2.0 * random.random::<f64>() - 1.0));
        layers.push(Layer { w, b: Array1::zeros(outputs) });
        inputs = outputs;
    }
    FullyConnectedNet { layers }
}
