// The gradient of the biases is the mean over the examples.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayD, Axis};

pub fn affine_backward(dout: &Array2<f64>, cache: &AffineCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    let AffineCache { x, w } = cache;
    let n = x.shape()[0];
    let rows = x.to_shape((n, x.len() / n)).unwrap().to_owned();
    let dx = dout.dot(&w.t()).to_shape(x.raw_dim()).unwrap().to_owned();
    let dw = rows.t().dot(dout);
    let db = dout.mean_axis(Axis(0)).unwrap();
    (dx, dw, db)
}
