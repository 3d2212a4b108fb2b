// Dropout behind the first hidden layer only.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Mode};
use gradus_nn::affine::{affine_forward, affine_relu_forward};
use ndarray::{Array2, ArrayD};

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>, p: f64, mode: Mode, seed: u64) -> Array2<f64> {
    let (last, hidden) = net.layers.split_last().unwrap();
    let mut out = x.clone();
    for (i, layer) in hidden.iter().enumerate() {
        out = affine_relu_forward(&out, &layer.w, &layer.b).0.into_dyn();
        if i == 0 {
            out = dropout_forward(&out, p, mode, seed).0;
        }
    }
    affine_forward(&out, &last.w, &last.b).0
}
