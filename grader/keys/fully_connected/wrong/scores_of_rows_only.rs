// Examples with axes of their own are refused.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::FullyConnectedNet;
use gradus_nn::affine::{affine_forward, affine_relu_forward};
use ndarray::{Array2, ArrayD, Ix2};

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let (last, hidden) = net.layers.split_last().unwrap();
    let rows = x.clone().into_dimensionality::<Ix2>().unwrap();
    let mut out = rows.into_dyn();
    for layer in hidden {
        out = affine_relu_forward(&out, &layer.w, &layer.b).0.into_dyn();
    }
    affine_forward(&out, &last.w, &last.b).0
}
