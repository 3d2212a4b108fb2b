// dv multiplies by the weights without transposing them.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array3, Axis};

pub fn scaled_dot_product_attention_backward(
    dout: &Array3<f64>,
    cache: &AttentionCache,
) -> (Array3<f64>, Array3<f64>, Array3<f64>) {
    let AttentionCache { q, k, v, weights } = cache;
    let root = (q.dim().2 as f64).sqrt();
    let (mut dq, mut dk, mut dv) = (Array3::zeros(q.raw_dim()), Array3::zeros(k.raw_dim()), Array3::zeros(v.raw_dim()));
    for n in 0..q.dim().0 {
        let (weights, dout) = (weights.index_axis(Axis(0), n), dout.index_axis(Axis(0), n));
        dv.index_axis_mut(Axis(0), n).assign(&weights.dot(&dout));
        let dweights = dout.dot(&v.index_axis(Axis(0), n).t());
        let on_the_whole = (&dweights * &weights).sum_axis(Axis(1)).insert_axis(Axis(1));
        let dscores = (dweights - on_the_whole) * weights / root;
        dq.index_axis_mut(Axis(0), n).assign(&dscores.dot(&k.index_axis(Axis(0), n)));
        dk.index_axis_mut(Axis(0), n).assign(&dscores.t().dot(&q.index_axis(Axis(0), n)));
    }
    (dq, dk, dv)
}
