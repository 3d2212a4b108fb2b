// The Manhattan distance: absolute differences, added up.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        let difference = x_train - &x.row(i);
        distances.row_mut(i).assign(&difference.mapv(f64::abs).sum_axis(Axis(1)));
    }
    distances
}
