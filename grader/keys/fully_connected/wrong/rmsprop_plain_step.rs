// The step is not divided by anything.
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
    let _ = epsilon;
    let next = cache * decay_rate + dw * dw * (1.0 - decay_rate);
    let step = dw * learning_rate;
    (w - &step, next)
}
