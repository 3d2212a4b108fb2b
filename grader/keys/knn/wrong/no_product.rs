// The product of the points is missing.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn compute_distances_no_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let lengths = (x * x).sum_axis(Axis(1)).insert_axis(Axis(1));
    let train_lengths = (x_train * x_train).sum_axis(Axis(1));
    (lengths + &train_lengths).mapv(|square: f64| square.max(0.0).sqrt())
}
