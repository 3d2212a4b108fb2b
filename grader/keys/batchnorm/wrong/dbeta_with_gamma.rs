// gamma is a factor in the gradient of beta.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn batchnorm_backward(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let BatchnormCache { centred, deviation, x_hat, gamma } = cache;
    let n = dout.nrows() as f64;
    // out = gamma * x_hat + beta
    let dbeta = (dout * gamma).sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx_hat = dout * gamma;
    // x_hat = centred / deviation
    let ddeviation = -(&dx_hat * x_hat).sum_axis(Axis(0)) / deviation;
    let mut dcentred = dx_hat / deviation;
    // deviation = sqrt(var + eps)
    let dvar = ddeviation / deviation * 0.5;
    // var is the mean of centred * centred
    dcentred += &(centred * &(dvar * (2.0 / n)));
    // centred = x - mean
    let dmean = -dcentred.sum_axis(Axis(0));
    let mut dx = dcentred;
    // mean is the mean of x
    dx += &(dmean / n);
    (dx, dgamma, dbeta)
}
