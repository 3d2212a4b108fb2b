// Each weight is held within the limit.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn max_norm(w: &Array2<f64>, limit: f64) -> Array2<f64> {
    w.mapv(|weight| weight.clamp(-limit, limit))
}
