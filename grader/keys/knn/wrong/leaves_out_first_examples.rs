// Both loops start from 1.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 1..x.nrows() {
        for j in 1..x_train.nrows() {
            let mut sum = 0.0_f64;
            for d in 0..x.ncols() {
                sum += (x[[i, d]] - x_train[[j, d]]).powi(2);
            }
            distances[[i, j]] = sum.sqrt();
        }
    }
    distances
}
