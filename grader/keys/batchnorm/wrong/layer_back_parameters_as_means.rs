// dgamma and dbeta are means, not sums.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn layernorm_backward(dout: &Array2<f64>, cache: &LayernormCache) -> (Array2<f64>, Array1<f64>, Array1<f64>) {
    let LayernormCache { deviation, x_hat, gamma } = cache;
    let d = dout.ncols() as f64;
    let dbeta = dout.mean_axis(Axis(0)).unwrap();
    let dgamma = (dout * x_hat).mean_axis(Axis(0)).unwrap();
    let dx_hat = dout * gamma;
    let shift = dx_hat.sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let stretch = (&dx_hat * x_hat).sum_axis(Axis(1)).insert_axis(Axis(1)) / d;
    let dx = (dx_hat - &shift - x_hat * &stretch) / deviation;
    (dx, dgamma, dbeta)
}
