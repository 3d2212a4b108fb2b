// The first layer is made from the first hidden size, which may not be there.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use gradus_nn::random::normal;
use ndarray::Array1;
use rand::SeedableRng;
use rand::rngs::StdRng;

pub fn initialise(
    features: usize,
    hidden: &Array1<usize>,
    classes: usize,
    weight_scale: f64,
    seed: u64,
) -> FullyConnectedNet {
    let mut random = StdRng::seed_from_u64(seed);
    let mut inputs = hidden[0];
    let first = normal((features, inputs), weight_scale, &mut random);
    let mut layers = vec![Layer { w: first, b: Array1::zeros(inputs) }];
    for &outputs in hidden.iter().skip(1).chain([&classes]) {
        let w = normal((inputs, outputs), weight_scale, &mut random);
        layers.push(Layer { w, b: Array1::zeros(outputs) });
        inputs = outputs;
    }
    FullyConnectedNet { layers }
}
