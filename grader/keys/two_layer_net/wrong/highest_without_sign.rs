// The score that is largest without its sign is taken for the highest.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use ndarray::{Array1, ArrayD, Axis};

pub fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    let (hidden, _) = affine_relu_forward(x, &net.w1, &net.b1);
    let (scores, _) = affine_forward(&hidden, &net.w2, &net.b2);
    scores.map_axis(Axis(1), |row| row.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).unwrap().0)
}
