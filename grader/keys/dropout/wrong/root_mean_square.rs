// The length is a root mean square, not the root of a sum.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let lengths = w.mapv(|weight| weight * weight).mean_axis(Axis(0)).unwrap().mapv(f64::sqrt);
    w * &lengths.mapv(|length| if length > limit { limit / length } else { 1.0 })
}
