// What comes back past the feed-forward network is missing.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::EncoderLayer;
use ndarray::Array3;

pub fn transformer_encoder_layer_backward(
    dout: &Array3<f64>,
    cache: &EncoderLayerCache,
) -> (Array3<f64>, EncoderLayer) {
    let (dsum, norm_feed_forward) = norm_backward(dout, &cache.norm_feed_forward);
    let (da, feed_forward) = feed_forward_backward(&dsum, &cache.feed_forward);
    let (dsum, norm_attention) = norm_backward(&da, &cache.norm_attention);
    let (dquery, dkey, dvalue, attention) = multi_head_attention_backward(&dsum, &cache.attention);
    let dx = dsum + dquery + dkey + dvalue;
    (dx, EncoderLayer { attention, norm_attention, feed_forward, norm_feed_forward })
}
