// Distances that are small beside the lengths of the points are taken for rounding, and set to 0.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        for j in 0..x_train.nrows() {
            let difference = &x.row(i) - &x_train.row(j);
            let square = difference.dot(&difference);
            let length = x.row(i).dot(&x.row(i));
            distances[[i, j]] = if square < 1e-3 * length { 0.0 } else { square.sqrt() };
        }
    }
    distances
}
