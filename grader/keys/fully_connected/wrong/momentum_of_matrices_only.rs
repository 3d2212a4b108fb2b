// Parameters with other than two axes are refused.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{ArrayD, Ix2};

pub fn sgd_momentum(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    velocity: &ArrayD<f64>,
    learning_rate: f64,
    momentum: f64,
) -> (ArrayD<f64>, ArrayD<f64>) {
    w.clone().into_dimensionality::<Ix2>().unwrap();
    let velocity = velocity * momentum - dw * learning_rate;
    (w + &velocity, velocity)
}
