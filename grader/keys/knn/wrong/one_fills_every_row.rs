// Each turn of the loop fills all rows, so that the last test example is left.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        let difference = x_train - &x.row(i);
        distances.assign(&(&difference * &difference).sum_axis(Axis(1)).mapv(f64::sqrt));
    }
    distances
}
