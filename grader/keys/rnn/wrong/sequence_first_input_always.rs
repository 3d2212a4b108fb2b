// The first input comes in at each step.
// GRADUS-STAFF-ONLY-7c1f4e

use ndarray::{Array1, Array2, Array3, Axis};

pub fn rnn_forward(
    x: &Array3<f64>,
    h0: &Array2<f64>,
    wx: &Array2<f64>,
    wh: &Array2<f64>,
    b: &Array1<f64>,
) -> (Array3<f64>, RnnCache) {
    let (batch, time, _) = x.dim();
    let mut h = Array3::zeros((batch, time, h0.ncols()));
    let mut state = h0.clone();
    let mut steps = Vec::new();
    for t in 0..time {
        let input = x.index_axis(Axis(1), 0).to_owned();
        let (next, step) = rnn_step_forward(&input, &state, wx, wh, b);
        h.index_axis_mut(Axis(1), t).assign(&next);
        state = next;
        steps.push(step);
    }
    (h, RnnCache { steps })
}
