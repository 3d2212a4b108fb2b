// All gradients have the wrong sign.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Array3, Axis};

pub fn temporal_affine_backward(
    dout: &Array3<f64>,
    cache: &TemporalAffineCache,
) -> (Array3<f64>, Array2<f64>, Array1<f64>) {
    let TemporalAffineCache { x, w } = cache;
    let (mut dx, mut dw) = (Array3::<f64>::zeros(x.raw_dim()), Array2::<f64>::zeros(w.raw_dim()));
    let mut db = Array1::<f64>::zeros(w.ncols());
    for t in 0..x.dim().1 {
        let slope = dout.index_axis(Axis(1), t);
        dx.index_axis_mut(Axis(1), t).assign(&slope.dot(&w.t()));
        dw += &x.index_axis(Axis(1), t).t().dot(&slope);
        db += &slope.sum_axis(Axis(0));
    }
    (-dx, -dw, -db)
}
