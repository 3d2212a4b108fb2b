// Divides by the variance, not by its root.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn layernorm_forward(
    x: &Array2<f64>,
    gamma: &Array1<f64>,
    beta: &Array1<f64>,
    eps: f64,
) -> (Array2<f64>, LayernormCache) {
    let d = x.ncols() as f64;
    let mean = x.sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let centred = x - &mean;
    let var = (&centred * &centred).sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let deviation = var + eps;
    let x_hat = centred / &deviation;
    let out = &x_hat * gamma + beta;
    (out, LayernormCache { deviation, x_hat, gamma: gamma.clone() })
}
