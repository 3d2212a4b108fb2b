// It looks at the second feature before the others, which need not be there.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        for j in 0..x_train.nrows() {
            let mut sum: f64 = (x[[i, 0]] - x_train[[j, 0]]).powi(2) + (x[[i, 1]] - x_train[[j, 1]]).powi(2);
            for d in 2..x.ncols() {
                sum += (x[[i, d]] - x_train[[j, d]]).powi(2);
            }
            distances[[i, j]] = sum.sqrt();
        }
    }
    distances
}
