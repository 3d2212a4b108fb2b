// The root of the cache is returned for the cache.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn rmsprop(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    cache: &ArrayD<f64>,
    learning_rate: f64,
    decay_rate: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let next = cache * decay_rate + dw * dw * (1.0 - decay_rate);
    let step = dw * learning_rate / (next.mapv(f64::sqrt) + epsilon);
    (w - &step, next.mapv(f64::sqrt))
}
