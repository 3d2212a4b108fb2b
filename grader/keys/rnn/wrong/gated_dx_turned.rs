// The gradients of the inputs are in reverse order.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Array3, Axis};

pub fn lstm_backward(
    dh: &Array3<f64>,
    cache: &LstmCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let (batch, time, hidden) = dh.dim();
    let features = cache.steps[0].wx.nrows();
    let mut dx = Array3::zeros((batch, time, features));
    let mut dprev_h = Array2::<f64>::zeros((batch, hidden));
    let mut dprev_c = Array2::<f64>::zeros((batch, hidden));
    let mut dwx = Array2::<f64>::zeros((features, 4 * hidden));
    let mut dwh = Array2::<f64>::zeros((hidden, 4 * hidden));
    let mut db = Array1::<f64>::zeros(4 * hidden);
    for (t, step) in cache.steps.iter().enumerate().rev() {
        let dnext_h = &dh.index_axis(Axis(1), t) + &dprev_h;
        let (dx_t, dprev_h_t, dprev_c_t, dwx_t, dwh_t, db_t) = lstm_step_backward(&dnext_h, &dprev_c, step);
        dx.index_axis_mut(Axis(1), time - 1 - t).assign(&dx_t);
        dprev_h = dprev_h_t;
        dprev_c = dprev_c_t;
        dwx += &dwx_t;
        dwh += &dwh_t;
        db += &db_t;
    }
    (dx, dprev_h, dwx, dwh, db)
}
