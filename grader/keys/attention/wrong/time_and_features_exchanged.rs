// The axes are exchanged.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::Array2;

pub fn positional_encoding(time: usize, features: usize) -> Array2<f64> {
    Array2::from_shape_fn((time, features), |(t, feature)| {
        let even = feature - feature % 2;
        let angle = t as f64 / 10000_f64.powf(even as f64 / features as f64);
        if feature % 2 == 0 { angle.sin() } else { angle.cos() }
    })
    .reversed_axes()
}
