// Examples are taken to have one axis, and the layers are written out.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use ndarray::{Array1, ArrayD, Axis, Ix2};

pub fn predict(net: &TwoLayerNet, x: &ArrayD<f64>) -> Array1<usize> {
    let rows = x.view().into_dimensionality::<Ix2>().unwrap();
    let hidden = (rows.dot(&net.w1) + &net.b1).mapv(|score| score.max(0.0));
    let scores = hidden.dot(&net.w2) + &net.b2;
    scores.map_axis(Axis(1), |row| row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0)
}
