// The square as x^2 + y^2 - 2 x y, whose rounding below 0 gives NaN.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    let lengths = (x_train * x_train).sum_axis(Axis(1));
    for i in 0..x.nrows() {
        let example = x.row(i);
        let squares = &lengths + example.dot(&example) - 2.0 * x_train.dot(&example);
        distances.row_mut(i).assign(&squares.mapv(f64::sqrt));
    }
    distances
}
