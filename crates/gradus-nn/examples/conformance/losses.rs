//! Losses: scores or predictions `x`, labels or targets `y`, to the outputs `loss` and `dx`.

use gradus_nn::softmax::softmax_loss;
use ndarray::{ArrayD, arr0};
use serde_json::Value;

use super::cases::{labels, matrix, outputs};
use super::{Inputs, Outputs};

/// See [`Run`](super::Run).
pub fn run(op: &str, _params: &Value, inputs: &Inputs, _grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let (loss, dx) = match op {
        "softmax_loss" => {
            let (loss, dx) = softmax_loss(&matrix(inputs, "x"), &labels(inputs, "y"));
            (loss, dx.into_dyn())
        }
        _ => return None,
    };
    outputs([("loss", arr0(loss).into_dyn()), ("dx", dx)])
}
