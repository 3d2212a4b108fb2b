// Each head takes every so-many-th column instead of neighbouring ones.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::{Mask, MultiHeadAttention};
use gradus_nn::temporal::temporal_affine_forward;
use ndarray::Array3;

pub fn multi_head_attention_forward(
    net: &MultiHeadAttention,
    heads: usize,
    query: &Array3<f64>,
    key: &Array3<f64>,
    value: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, MultiHeadAttentionCache) {
    let (q, of_query) = temporal_affine_forward(query, &net.wq, &net.bq);
    let (k, of_key) = temporal_affine_forward(key, &net.wk, &net.bk);
    let (v, of_value) = temporal_affine_forward(value, &net.wv, &net.bv);
    let (q, k, v) = (own_split(&q, heads), own_split(&k, heads), own_split(&v, heads));
    let (out, attention) = scaled_dot_product_attention_forward(&q, &k, &v, mask);
    let (out, of_output) = temporal_affine_forward(&own_join(&out, heads), &net.wo, &net.bo);
    (out, MultiHeadAttentionCache { heads, of_query, of_key, of_value, attention, of_output })
}

fn own_split(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (batch, time, features) = x.dim();
    let width = features / heads;
    Array3::from_shape_fn((batch * heads, time, width), |(row, t, i)| x[[row / heads, t, i * heads + row % heads]])
}

fn own_join(x: &Array3<f64>, heads: usize) -> Array3<f64> {
    let (rows, time, width) = x.dim();
    Array3::from_shape_fn((rows / heads, time, heads * width), |(n, t, i)| x[[n * heads + i % heads, t, i / heads]])
}
