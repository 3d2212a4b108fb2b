// Dropout before the first layer, too.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::{FullyConnectedNet, Layer, Mode};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, ArrayD, Ix2};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub fn fully_connected_loss(
    net: &FullyConnectedNet,
    x: &ArrayD<f64>,
    y: &Array1<usize>,
    p: f64,
    reg: f64,
    seed: u64,
) -> (f64, FullyConnectedNet) {
    let (last, hidden) = net.layers.split_last().unwrap();
    let mut random = StdRng::seed_from_u64(seed);
    let mut out = dropout_forward(x, p, Mode::Train, random.random()).0;
    let mut caches = Vec::new();
    for layer in hidden {
        let (active, affine_relu) = affine_relu_forward(&out, &layer.w, &layer.b);
        let (next, dropout) = dropout_forward(&active.into_dyn(), p, Mode::Train, random.random());
        caches.push((affine_relu, dropout));
        out = next;
    }
    let (scores, last_cache) = affine_forward(&out, &last.w, &last.b);
    let (mut loss, dscores) = softmax_loss(&scores, y);
    let (mut dout, w, b) = affine_backward(&dscores, &last_cache);
    let mut gradients = vec![Layer { w, b }];
    for (affine_relu, dropout) in caches.iter().rev() {
        let dactive = dropout_backward(&dout, dropout).into_dimensionality::<Ix2>().unwrap();
        let (dx, w, b) = affine_relu_backward(&dactive, affine_relu);
        gradients.push(Layer { w, b });
        dout = dx;
    }
    gradients.reverse();
    for (gradient, layer) in gradients.iter_mut().zip(&net.layers) {
        loss += 0.5 * reg * layer.w.iter().map(|weight| weight * weight).sum::<f64>();
        gradient.w.scaled_add(reg, &layer.w);
    }
    (loss, FullyConnectedNet { layers: gradients })
}
