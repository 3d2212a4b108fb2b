// Takes the deviation from centred / x_hat, which is 0 / 0 where a feature is constant.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let BatchnormCache { centred, x_hat, gamma, .. } = cache;
    let deviation = &(centred / x_hat).row(0).to_owned();
    let n = dout.nrows() as f64;
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx = (dout - &(&dbeta / n) - x_hat * &(&dgamma / n)) * &(gamma / deviation);
    (dx, dgamma, dbeta)
}
