// The first layer is taken for a hidden one, whether or not it is the last.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::FullyConnectedNet;
use gradus_nn::affine::{affine_forward, affine_relu_forward};
use ndarray::{Array2, ArrayD};

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let (first, others) = net.layers.split_first().unwrap();
    let (last, hidden) = others.split_last().unwrap();
    let mut out = affine_relu_forward(x, &first.w, &first.b).0.into_dyn();
    for layer in hidden {
        out = affine_relu_forward(&out, &layer.w, &layer.b).0.into_dyn();
    }
    affine_forward(&out, &last.w, &last.b).0
}
