// The length is left squared.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let lengths = w.mapv(|weight| weight * weight).sum_axis(Axis(0));
    w * &lengths.mapv(|length| if length > limit { limit / length } else { 1.0 })
}
