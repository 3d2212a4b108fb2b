// The squared lengths of the training examples are missing.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let lengths = (x * x).sum_axis(Axis(1)).insert_axis(Axis(1));
    (lengths - 2.0 * x.dot(&x_train.t())).mapv(f64::sqrt)
}
