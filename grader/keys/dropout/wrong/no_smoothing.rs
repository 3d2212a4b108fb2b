// The softmax loss, without smoothing.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_nn::softmax::softmax_loss;
use ndarray::{Array1, Array2};

pub fn label_smoothing_loss(x: &Array2<f64>, y: &Array1<usize>, smoothing: f64) -> (f64, Array2<f64>) {
    let _ = smoothing;
    softmax_loss(x, y)
}
