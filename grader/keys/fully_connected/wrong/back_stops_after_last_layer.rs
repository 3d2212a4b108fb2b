// The hidden layers get no gradients.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Layer};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2, ArrayD};

pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, FullyConnectedNet) {
    let (last, hidden) = net.layers.split_last().unwrap();
    let mut out = x.clone();
    for layer in hidden {
        let (next, _) = affine_relu_forward(&out, &layer.w, &layer.b);
        out = next.into_dyn();
    }
    let (scores, last_cache) = affine_forward(&out, &last.w, &last.b);
    let (mut loss, dscores) = softmax_loss(&scores, y);

    let (_, w, b) = affine_backward(&dscores, &last_cache);
    let mut gradients = vec![Layer { w, b }];
    for layer in hidden.iter().rev() {
        gradients.push(Layer { w: Array2::zeros(layer.w.raw_dim()), b: Array1::zeros(layer.b.len()) });
    }
    gradients.reverse();
    for (gradient, layer) in gradients.iter_mut().zip(&net.layers) {
        loss += 0.5 * reg * layer.w.iter().map(|weight| weight * weight).sum::<f64>();
        gradient.w.scaled_add(reg, &layer.w);
    }
    (loss, FullyConnectedNet { layers: gradients })
}
