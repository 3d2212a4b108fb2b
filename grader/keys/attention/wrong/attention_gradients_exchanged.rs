// The gradients of the two attentions are exchanged.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::DecoderLayer;
use ndarray::Array3;

pub fn transformer_decoder_layer_backward(
    dout: &Array3<f64>,
    cache: &DecoderLayerCache,
) -> (Array3<f64>, Array3<f64>, DecoderLayer) {
    let (dsum, norm_feed_forward) = norm_backward(dout, &cache.norm_feed_forward);
    let (dc, feed_forward) = feed_forward_backward(&dsum, &cache.feed_forward);
    let (dsum, norm_cross_attention) = norm_backward(&(dc + dsum), &cache.norm_cross_attention);
    let (da, dkey, dvalue, cross_attention) = multi_head_attention_backward(&dsum, &cache.cross_attention);
    let dmemory = dkey + dvalue;
    let (dsum, norm_attention) = norm_backward(&(da + dsum), &cache.norm_attention);
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dsum, &cache.attention);
    let dx = dsum + dquery + dkey + dvalue;
    let gradients = DecoderLayer {
        attention: cross_attention,
        norm_attention,
        cross_attention: attention,
        norm_cross_attention,
        feed_forward,
        norm_feed_forward,
    };
    (dx, dmemory, gradients)
}
