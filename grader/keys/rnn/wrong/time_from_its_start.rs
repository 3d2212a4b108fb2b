// The steps are gone through from the first to the last.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Array3, Axis};

pub fn rnn_backward(
    dh: &Array3<f64>,
    cache: &RnnCache,
) -> (Array3<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let (batch, time, hidden) = dh.dim();
    let features = cache.steps[0].wx.nrows();
    let mut dx = Array3::zeros((batch, time, features));
    let mut dprev_h = Array2::<f64>::zeros((batch, hidden));
    let mut dwx = Array2::<f64>::zeros((features, hidden));
    let mut dwh = Array2::<f64>::zeros((hidden, hidden));
    let mut db = Array1::<f64>::zeros(hidden);
    for (t, step) in cache.steps.iter().enumerate() {
        let dnext_h = &dh.index_axis(Axis(1), t) + &dprev_h;
        let (dx_t, dprev_h_t, dwx_t, dwh_t, db_t) = rnn_step_backward(&dnext_h, step);
        dx.index_axis_mut(Axis(1), t).assign(&dx_t);
        dprev_h = dprev_h_t;
        dwx += &dwx_t;
        dwh += &dwh_t;
        db += &db_t;
    }
    (dx, dprev_h, dwx, dwh, db)
}
