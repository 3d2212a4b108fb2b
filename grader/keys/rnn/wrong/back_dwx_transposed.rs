// The gradient of wx has its axes exchanged.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis};

pub fn rnn_step_backward(
    dnext_h: &Array2<f64>,
    cache: &RnnStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let da = dnext_h * &cache.next_h.mapv(|h| 1.0 - h * h);
    let dx = da.dot(&cache.wx.t());
    let dprev_h = da.dot(&cache.wh.t());
    let dwx = da.t().dot(&cache.x);
    let dwh = cache.prev_h.t().dot(&da);
    let db = da.sum_axis(Axis(0));
    (dx, dprev_h, dwx, dwh, db)
}
