// Attention has a single head.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{EncoderLayer, Mask};
use ndarray::Array3;

pub fn transformer_encoder_layer_forward(
    net: &EncoderLayer,
    _: usize,
    x: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, EncoderLayerCache) {
    let (part, attention) = multi_head_attention_forward(&net.attention, 1, x, x, x, mask);
    let (a, norm_attention) = norm_forward(&net.norm_attention, &(x + &part));
    let (part, feed_forward) = feed_forward_forward(&net.feed_forward, &a);
    let (out, norm_feed_forward) = norm_forward(&net.norm_feed_forward, &(&a + &part));
    (out, EncoderLayerCache { attention, norm_attention, feed_forward, norm_feed_forward })
}
