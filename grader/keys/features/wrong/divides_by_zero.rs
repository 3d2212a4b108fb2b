// A constant feature is divided by 0.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let n = x_train.nrows() as f64;
    let mean = x_train.sum_axis(Axis(0)) / n;
    let centred = x_train - &mean;
    let deviation = (&centred * &centred).sum_axis(Axis(0)).mapv(|sum| (sum / n).sqrt());
    let mut result = (x - &mean) / &deviation;
    result.push_column(ndarray::Array1::ones(x.nrows()).view()).unwrap();
    result
}
