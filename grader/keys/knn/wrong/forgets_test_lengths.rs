// The squared lengths of the test examples are missing, and what is then below 0 becomes 0.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let train_lengths = (x_train * x_train).sum_axis(Axis(1));
    (train_lengths - 2.0 * x.dot(&x_train.t())).mapv(|square: f64| square.max(0.0).sqrt())
}
