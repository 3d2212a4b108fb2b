// The first hidden state is 0.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Array3, Axis};

pub fn lstm_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, LstmCache) {
    let (batch, time, _) = x.dim();
    let mut states = Array3::zeros((batch, time, h0.ncols()));
    let mut h = Array2::zeros(h0.raw_dim());
    let mut c = Array2::zeros(h0.raw_dim());
    let mut steps = Vec::new();
    for t in 0..time {
        let input = x.index_axis(Axis(1), t).to_owned();
        let (next_h, next_c, step) = lstm_step_forward(&input, &h, &c, wx, wh, b);
        states.index_axis_mut(Axis(1), t).assign(&next_h);
        h = next_h;
        c = next_c;
        steps.push(step);
    }
    (states, LstmCache { steps })
}
