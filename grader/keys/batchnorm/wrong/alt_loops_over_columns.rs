// A loop over columns: right, but slow.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2};

pub fn batchnorm_backward_alt(dout: &Array2<f64>, cache: &BatchnormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let BatchnormCache { deviation, x_hat, gamma, .. } = cache;
    let (n, d) = dout.dim();
    let mut dx = Array2::zeros((n, d));
    let (mut dgamma, mut dbeta) = (Array1::zeros(d), Array1::zeros(d));
    for j in 0..d {
        for i in 0..n {
            dbeta[j] += dout[[i, j]];
            dgamma[j] += dout[[i, j]] * x_hat[[i, j]];
        }
        for i in 0..n {
            let without = dout[[i, j]] - dbeta[j] / n as f64 - x_hat[[i, j]] * dgamma[j] / n as f64;
            dx[[i, j]] = gamma[j] / deviation[j] * without;
        }
    }
    (dx, dgamma, dbeta)
}
