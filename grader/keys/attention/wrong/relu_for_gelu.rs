// The feed-forward network has ReLU in place of GELU.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{EncoderLayer, Mask};
use gradus_nn::activations::relu_forward;
use gradus_nn::temporal::temporal_affine_forward;
use ndarray::Array3;

pub fn transformer_encoder_layer_forward(
    net: &EncoderLayer,
    heads: usize,
    x: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, EncoderLayerCache) {
    let (part, attention) = multi_head_attention_forward(&net.attention, heads, x, x, x, mask);
    let (a, norm_attention) = norm_forward(&net.norm_attention, &(x + &part));
    let (_, feed_forward) = feed_forward_forward(&net.feed_forward, &a);
    let (hidden, _) = temporal_affine_forward(&a, &net.feed_forward.w1, &net.feed_forward.b1);
    let (hidden, _) = relu_forward(&hidden);
    let (part, _) = temporal_affine_forward(&hidden, &net.feed_forward.w2, &net.feed_forward.b2);
    let (out, norm_feed_forward) = norm_forward(&net.norm_feed_forward, &(&a + &part));
    (out, EncoderLayerCache { attention, norm_attention, feed_forward, norm_feed_forward })
}
