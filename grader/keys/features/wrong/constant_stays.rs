// A constant feature is left as it is, mean and all.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array2, Axis};

pub fn standardize(x: &Array2<f64>, x_train: &Array2<f64>) -> Array2<f64> {
    let n = x_train.nrows() as f64;
    let mut mean = x_train.sum_axis(Axis(0)) / n;
    let centred = x_train - &mean;
    let mut deviation = (&centred * &centred).sum_axis(Axis(0)).mapv(|sum| (sum / n).sqrt());
    for (column, deviation) in x_train.columns().into_iter().zip(&mut deviation) {
        if column.iter().all(|value| *value == column[0]) {
            *deviation = 1.0;
        }
    }
    for (column, mean) in x_train.columns().into_iter().zip(&mut mean) {
        if column.iter().all(|value| *value == column[0]) {
            *mean = 0.0;
        }
    }
    let mut result = (x - &mean) / &deviation;
    result.push_column(ndarray::Array1::ones(x.nrows()).view()).unwrap();
    result
}
