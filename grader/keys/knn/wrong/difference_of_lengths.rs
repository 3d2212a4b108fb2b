// The difference of the lengths, not the length of the difference.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn compute_distances_two_loops(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() {
        for j in 0..x_train.nrows() {
            let length = x.row(i).dot(&x.row(i)).sqrt();
            let train_length = x_train.row(j).dot(&x_train.row(j)).sqrt();
            distances[[i, j]] = (length - train_length).abs();
        }
    }
    distances
}
