// The part along a common shift stays in.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let BatchnormCache { deviation, x_hat, gamma, .. } = cache;
    let n = dout.nrows() as f64;
    let dbeta = dout.sum_axis(Axis(0));
    let dgamma = (dout * x_hat).sum_axis(Axis(0));
    let dx = (dout - x_hat * &(&dgamma / n)) * &(gamma / deviation);
    (dx, dgamma, dbeta)
}
