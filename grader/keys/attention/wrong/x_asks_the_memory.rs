// Cross attention is asked with x, not with what the first norm gives.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{DecoderLayer, Mask};
use ndarray::Array3;

pub fn transformer_decoder_layer_forward(
    net: &DecoderLayer,
    heads: usize,
    x: &Array3<f64>,
    memory: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, DecoderLayerCache) {
    let (part, attention) = multi_head_attention_forward(&net.attention, heads, x, x, x, mask);
    let (a, norm_attention) = norm_forward(&net.norm_attention, &(x + &part));
    let (part, cross_attention) =
        multi_head_attention_forward(&net.cross_attention, heads, x, memory, memory, &Mask::All);
    let (c, norm_cross_attention) = norm_forward(&net.norm_cross_attention, &(&a + &part));
    let (part, feed_forward) = feed_forward_forward(&net.feed_forward, &c);
    let (out, norm_feed_forward) = norm_forward(&net.norm_feed_forward, &(&c + &part));
    let cache = DecoderLayerCache {
        attention,
        norm_attention,
        cross_attention,
        norm_cross_attention,
        feed_forward,
        norm_feed_forward,
    };
    (out, cache)
}
