// The two decay rates are exchanged.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::ArrayD;

pub fn adam(
    w: &ArrayD<f64>,
    dw: &ArrayD<f64>,
    m: &ArrayD<f64>,
    v: &ArrayD<f64>,
    t: usize,
    learning_rate: f64,
    beta1: f64,
    beta2: f64,
    epsilon: f64,
) -> (ArrayD<f64>, ArrayD<f64>, ArrayD<f64>, usize) {
    let (beta1, beta2) = (beta2, beta1);
    let t = t + 1;
    let m = m * beta1 + dw * (1.0 - beta1);
    let v = v * beta2 + dw * dw * (1.0 - beta2);
    let corrected_m = &m / (1.0 - beta1.powi(t as i32));
    let corrected_v = &v / (1.0 - beta2.powi(t as i32));
    let step = corrected_m * learning_rate / (corrected_v.mapv(f64::sqrt) + epsilon);
    (w - &step, m, v, t)
}
