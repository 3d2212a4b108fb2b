// Mean and variance are taken for constants.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn layernorm_backward(dout: &Array2<f64>, cache: &LayernormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let LayernormCache { deviation, x_hat, gamma } = cache;
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx_hat = dout * gamma;
    let dx = dx_hat / deviation;
    (dx, dgamma, dbeta)
}
