// The factor 0.5 of the regulariser is in its slope too.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::ThreeLayerConvNet;
use gradus_nn::activations::{relu_backward, relu_forward};
use gradus_nn::affine::{affine_backward, affine_forward, affine_relu_backward, affine_relu_forward};
use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array4};

pub fn three_layer_convnet_loss(
    net: &ThreeLayerConvNet,
    x: &Array4<f64>,
    y: &Array1<usize>,
    reg: f64,
) -> (f64, ThreeLayerConvNet) {
    let pad = (net.w1.dim().2 - 1) / 2;
    let (maps, conv) = conv_forward_naive(x, &net.w1, &net.b1, 1, pad);
    let (maps, relu) = relu_forward(&maps);
    let (pooled, pool) = max_pool_forward_naive(&maps, 2, 2, 2);
    let (hidden, second) = affine_relu_forward(&pooled, &net.w2, &net.b2);
    let (scores, third) = affine_forward(&hidden, &net.w3, &net.b3);
    let (mut loss, dscores) = softmax_loss(&scores, y);
    let (dhidden, mut w3, b3) = affine_backward(&dscores, &third);
    let (dpooled, mut w2, b2) = affine_relu_backward(&dhidden, &second);
    let dmaps = relu_backward(&max_pool_backward_naive(&dpooled, &pool), &relu);
    let (_, mut w1, b1) = conv_backward_naive(&dmaps, &conv);
    loss += 0.5 * reg * ((&net.w1 * &net.w1).sum() + (&net.w2 * &net.w2).sum() + (&net.w3 * &net.w3).sum());
    w1 += &(&net.w1 * (0.5 * reg));
    w2 += &(&net.w2 * (0.5 * reg));
    w3 += &(&net.w3 * (0.5 * reg));
    (loss, ThreeLayerConvNet { w1, b1, w2, b2, w3, b3 })
}
