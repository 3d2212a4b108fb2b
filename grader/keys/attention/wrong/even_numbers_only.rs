// An odd number of features is one too many.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn positional_encoding(time: usize, features: usize) -> Array2<f64> {
    let mut encoding = Array2::from_shape_fn((time, features), |(t, feature)| {
        let even = feature - feature % 2;
        let angle = t as f64 / 10000_f64.powf(even as f64 / features as f64);
        if feature % 2 == 0 { angle.sin() } else { angle.cos() }
    });
    if features % 2 == 1 {
        encoding.column_mut(features - 1).fill(0.0);
    }
    encoding
}
