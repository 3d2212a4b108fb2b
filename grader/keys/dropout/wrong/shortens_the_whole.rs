// All weights together are held within the limit.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    let length = w.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    if length > limit { w * (limit / length) } else { w.clone() }
}
