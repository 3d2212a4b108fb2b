// What is not kept is written: 1 - f takes the place of i.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, s};

pub fn lstm_step_forward(
    x: &Array2<f64>,
    prev_h: &Array2<f64>,
    prev_c: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array2<f64>, Array2<f64>, LstmStepCache) {
    let gate = |a: f64| 1.0 / (1.0 + (-a).exp());
    let n = prev_h.ncols();
    let a = x.dot(wx) + prev_h.dot(wh) + b;
    let i = a.slice(s![.., ..n]).mapv(gate);
    let f = a.slice(s![.., n..2 * n]).mapv(gate);
    let o = a.slice(s![.., 2 * n..3 * n]).mapv(gate);
    let g = a.slice(s![.., 3 * n..]).mapv(f64::tanh);
    let next_c = &f * prev_c + f.mapv(|f| 1.0 - f) * &g;
    let tanh_c = next_c.mapv(f64::tanh);
    let next_h = &o * &tanh_c;
    let cache = LstmStepCache {
        x: x.clone(),
        prev_h: prev_h.clone(),
        prev_c: prev_c.clone(),
        wx: wx.clone(),
        wh: wh.clone(),
        gates: [i, f, o, g],
        tanh_c,
    };
    (next_h, next_c, cache)
}
