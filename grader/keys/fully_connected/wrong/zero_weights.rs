// All weights are 0.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use ndarray::{Array1, Array2};

pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    let _ = seed;
    let mut inputs = features;
    let mut layers = Vec::new();
    for &outputs in hidden.iter().chain([&classes]) {
        let _ = weight_scale;
        let w = Array2::zeros((inputs, outputs));
        layers.push(Layer { w, b: Array1::zeros(outputs) });
        inputs = outputs;
    }
    FullyConnectedNet { layers }
}
