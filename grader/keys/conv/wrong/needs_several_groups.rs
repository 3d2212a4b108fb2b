// A single group is refused.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Array4, Axis};

pub fn spatial_groupnorm_forward(
    x: &Array4<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    groups: usize,
    eps: f64,
) -> (Array4<f64>, SpatialGroupnormCache) {
    let (n, c, h, w) = x.dim();
    assert!(groups > 1, "one group is no group");
    let count = n * groups;
    let rows: Array2<f64> = x.to_shape((count, x.len() / count)).unwrap().to_owned();
    let mean = rows.mean_axis(Axis(1)).unwrap().insert_axis(Axis(1));
    let variance = rows.var_axis(Axis(1), 0.0);
    let inverse_deviations = variance.mapv(|variance| 1.0 / (variance + eps).sqrt());
    let rows = (&rows - &mean) * inverse_deviations.view().insert_axis(Axis(1));
    let normalised = rows.into_shape_with_order((n, c, h, w)).unwrap();
    let mut out = normalised.clone();
    for ((_, channel, _, _), out) in out.indexed_iter_mut() {
        *out = gamma[channel] * *out + beta[channel];
    }
    (out, SpatialGroupnormCache { normalised, inverse_deviations, gamma: gamma.clone() })
}
