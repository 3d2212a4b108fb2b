// Something is added to the length.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let lengths = w.mapv(|weight| weight * weight).sum_axis(Axis(0)).mapv(f64::sqrt);
    w * &lengths.mapv(|length| if length > limit { limit / (length + 1e-6) } else { 1.0 })
}
