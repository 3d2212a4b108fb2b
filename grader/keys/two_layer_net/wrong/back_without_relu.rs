// On the way back ReLU is left out: units that are off pass everything on.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::TwoLayerNet;
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD, Ix2};

pub fn two_layer_net_loss(net: &TwoLayerNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, TwoLayerNet) {
    let (out, first) = affine_forward(x, &net.w1, &net.b1);
    let (hidden, _) = relu_forward(&out.into_dyn());
    let (scores, second) = affine_forward(&hidden, &net.w2, &net.b2);
    let (data_loss, dscores) = softmax_loss(&scores, y);
    let (dhidden, w2, b2) = affine_backward(&dscores, &second);
    let dhidden = dhidden.into_dimensionality::<Ix2>().unwrap();
    let (_, w1, b1) = affine_backward(&dhidden, &first);
    let squares = |w: &Array2<f64>| w.iter().map(|weight| weight * weight).sum::<f64>();
    let loss = data_loss + 0.5 * reg * (squares(&net.w1) + squares(&net.w2));
    (loss, TwoLayerNet { w1: w1 + &net.w1 * reg, b1, w2: w2 + &net.w2 * reg, b2 })
}
