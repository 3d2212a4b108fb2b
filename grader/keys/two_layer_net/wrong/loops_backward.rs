// Loops, where matrix products were asked for: right, but slow.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, ArrayD, Axis};

pub fn affine_backward(dout: &Array2<f64>, cache: &AffineCache) -> (ArrayD<f64>, Array2<f64>, Array1<f64>) {
    let AffineCache { x, w } = cache;
    let n = x.shape()[0];
    let rows = x.to_shape((n, x.len() / n)).unwrap().to_owned();
    let mut dx = Array2::zeros((n, w.nrows()));
    let mut dw = Array2::zeros(w.raw_dim());
    for i in 0..n {
        for j in 0..w.ncols() {
            for d in 0..w.nrows() {
                dx[[i, d]] += dout[[i, j]] * w[[d, j]];
                dw[[d, j]] += rows[[i, d]] * dout[[i, j]];
            }
        }
    }
    let dx = dx.to_shape(x.raw_dim()).unwrap().to_owned();
    let db = dout.sum_axis(Axis(0));
    (dx, dw, db)
}
