// The first class is predicted for every example.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use ndarray::{Array1, ArrayD};

pub fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    let _ = net;
    Array1::zeros(x.shape()[0])
}
