// The way through the hidden state is left out.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Axis, concatenate};

pub fn lstm_step_backward(
    dnext_h: &Array2<f64>,
    dnext_c: &Array2<f64>,
    cache: &LstmStepCache,
) -> (Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array2<f64>, Array1<f64>) {
    let LstmStepCache { x, prev_h, prev_c, wx, wh, gates: [i, f, o, g], tanh_c } = cache;
    let dc = dnext_c.clone();
    let di = &dc * g * i.mapv(|i| i * (1.0 - i));
    let df = &dc * prev_c * f.mapv(|f| f * (1.0 - f));
    let d_o = dnext_h * tanh_c * o.mapv(|o| o * (1.0 - o));
    let dg = &dc * i * g.mapv(|g| 1.0 - g * g);
    let da = concatenate![Axis(1), di, df, d_o, dg];
    let dprev_c = &dc * f;
    let dx = da.dot(&wx.t());
    let dprev_h = da.dot(&wh.t());
    let dwx = x.t().dot(&da);
    let dwh = prev_h.t().dot(&da);
    let db = da.sum_axis(Axis(0));
    (dx, dprev_h, dprev_c, dwx, dwh, db)
}
