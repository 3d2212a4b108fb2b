//! Fresh inputs.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Normal;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Normally distributed numbers around 0.
pub fn normal(random: &mut ChaCha8Rng, shape: (usize, usize), deviation: f64) -> Array2<f64> {
    Array2::random_using(shape, Normal::new(0.0, deviation).expect("a positive deviation"), random)
}

/// Labels below `classes`.
pub fn labels(random: &mut ChaCha8Rng, n: usize, classes: usize) -> Array1<usize> {
    Array1::from_shape_simple_fn(n, || random.random_range(0..classes))
}

/// A scale between 1/10 and 10, evenly distributed in its logarithm.
pub fn scale(random: &mut ChaCha8Rng) -> f64 {
    10f64.powf(random.random_range(-1.0..1.0))
}

/// `x` with 1000 or -1000 added to each row.
pub fn move_rows_far(random: &mut ChaCha8Rng, x: &mut Array2<f64>) {
    for mut row in x.rows_mut() {
        row += if random.random() { 1000.0 } else { -1000.0 };
    }
}
