//! Fresh inputs.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array, Array1, Array2, Axis, RemoveAxis, ShapeBuilder, Slice};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::Normal;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Normally distributed numbers around 0.
pub fn normal<S: ShapeBuilder>(random: &mut ChaCha8Rng, shape: S, deviation: f64) -> Array<f64, S::Dim> {
    Array::random_using(shape, Normal::new(0.0, deviation).expect("a positive deviation"), random)
}

/// Labels below `classes`.
pub fn labels(random: &mut ChaCha8Rng, n: usize, classes: usize) -> Array1<usize> {
    Array1::from_shape_simple_fn(n, || random.random_range(0..classes))
}

/// A scale between 1/10 and 10, evenly distributed in its logarithm.
pub fn scale(random: &mut ChaCha8Rng) -> f64 {
    10f64.powf(random.random_range(-1.0..1.0))
}

/// A scale around 1, where a slope by differences is exact enough.
pub fn moderate_scale(random: &mut ChaCha8Rng) -> f64 {
    10f64.powf(random.random_range(-0.4..0.2))
}

/// Arrays of the shape of `x`, each like it in some respect: with its rows in reverse order, and with one number changed
/// in its upper or in its lower half. An answer that goes by a part of its input, by its sum, or by how near it is to
/// an earlier one, takes one for another.
pub fn look_alikes<D: RemoveAxis>(random: &mut ChaCha8Rng, x: &Array<f64, D>) -> [Array<f64, D>; 3] {
    let rows = x.len_of(Axis(0));
    let columns = x.len() / rows;
    let mut changed = |rows: std::ops::Range<usize>| {
        let mut x = x.clone();
        let place = random.random_range(rows) * columns + random.random_range(0..columns);
        let size = x.iter().fold(0.0, |size: f64, number| size.max(number.abs()));
        if let Some(number) = x.iter_mut().nth(place) {
            *number += size * random.random_range(0.5..1.0);
        }
        x
    };
    let reversed = x.slice_axis(Axis(0), Slice::new(0, None, -1)).to_owned();
    [reversed, changed(0..rows.div_ceil(2)), changed(rows / 2..rows)]
}

/// Other labels for all examples.
pub fn other_labels(random: &mut ChaCha8Rng, y: &Array1<usize>, classes: usize) -> Array1<usize> {
    y.mapv(|label| (label + random.random_range(1..classes)) % classes)
}

/// `x` with 1000 or -1000 added to each row.
pub fn move_rows_far(random: &mut ChaCha8Rng, x: &mut Array2<f64>) {
    for mut row in x.rows_mut() {
        row += if random.random() { 1000.0 } else { -1000.0 };
    }
}
