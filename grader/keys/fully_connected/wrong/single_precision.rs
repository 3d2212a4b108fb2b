// Everything is worked out in single precision.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::FullyConnectedNet;
use gradus_nn::affine::{affine_forward, affine_relu_forward};
use ndarray::{Array2, ArrayD};

pub fn scores(net: &FullyConnectedNet, x: &ArrayD<f64>) -> Array2<f64> {
    let (last, hidden) = net.layers.split_last().unwrap();
    let mut out = x.clone();
    for layer in hidden {
        let narrow = affine_relu_forward(&out.mapv(|x| x as f32), &layer.w.mapv(|x| x as f32), &layer.b.mapv(|x| x as f32)).0;
        out = narrow.mapv(f64::from).into_dyn();
    }
    affine_forward(&out, &last.w, &last.b).0
}
