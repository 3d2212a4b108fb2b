// The square is not multiplied by 1 - decay_rate.
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
    let next = cache * decay_rate + dw * dw;
    let step = dw * learning_rate / (next.mapv(f64::sqrt) + epsilon);
    (w - &step, next)
}
