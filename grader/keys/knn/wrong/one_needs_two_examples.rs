// The last test example is left for after the loop, as the neighbour of the one before it.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn compute_distances_one_loop(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let mut distances = Array2::zeros((x.nrows(), x_train.nrows()));
    for i in 0..x.nrows() - 1 {
        let difference = x_train - &x.row(i);
        distances.row_mut(i).assign(&(&difference * &difference).sum_axis(Axis(1)).mapv(f64::sqrt));
    }
    let last = x.nrows() - 2;
    let difference = x_train - &x.row(last + 1);
    distances.row_mut(last + 1).assign(&(&difference * &difference).sum_axis(Axis(1)).mapv(f64::sqrt));
    distances
}
