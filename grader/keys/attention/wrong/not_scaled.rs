// Scores are not divided by the root of the number of features.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::Mask;
use ndarray::{Array3, Axis};

pub fn scaled_dot_product_attention_forward(
    q: &Array3<f64>,
    k: &Array3<f64>,
    v: &Array3<f64>,
    mask: &Mask,
) -> (Array3<f64>, AttentionCache) {
    let (batch, queries, _) = q.dim();
    let mut weights = Array3::zeros((batch, queries, k.dim().1));
    let mut out = Array3::zeros((batch, queries, v.dim().2));
    for n in 0..batch {
        let mut scores = q.index_axis(Axis(0), n).dot(&k.index_axis(Axis(0), n).t());
        for (t, mut row) in scores.rows_mut().into_iter().enumerate() {
            for (s, score) in row.iter_mut().enumerate() {
                if !mask.allows(t, s) {
                    *score = f64::NEG_INFINITY;
                }
            }
            let largest = row.fold(f64::NEG_INFINITY, |largest, &score| largest.max(score));
            if largest == f64::NEG_INFINITY {
                row.fill(0.0); // nothing to look at
                continue;
            }
            row.mapv_inplace(|score| (score - largest).exp());
            let sum = row.sum();
            row /= sum;
        }
        out.index_axis_mut(Axis(0), n).assign(&scores.dot(&v.index_axis(Axis(0), n)));
        weights.index_axis_mut(Axis(0), n).assign(&scores);
    }
    (out, AttentionCache { q: q.clone(), k: k.clone(), v: v.clone(), weights })
}
