// The step of Nesterov, with the right velocity.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    let velocity = velocity * momentum - dw * learning_rate;
    (w + &velocity * momentum - dw * learning_rate, velocity)
}
