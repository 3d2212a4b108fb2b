//! Losses: scores or predictions `x`, labels or targets `y`, to the outputs `loss` and `dx`.

use gradus_nn::losses::mse_loss;
use gradus_nn::softmax::softmax_loss;
use gradus_nn::svm::svm_loss;
use ndarray::{ArrayD, arr0};
use serde_json::Value;

use super::cases::{input, labels, matrix, number, outputs};
use super::{Inputs, Outputs};

/// See [`Run`](super::Run).
pub fn run(op: &str, params: &Value, inputs: &Inputs, _grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let (loss, dx) = match op {
        "softmax_loss" => dynamic(softmax_loss(&matrix(inputs, "x"), &labels(inputs, "y"))),
        "svm_loss" => dynamic(svm_loss(&matrix(inputs, "x"), &labels(inputs, "y"), number(params, "delta", 1.0))),
        "mse_loss" => mse_loss(input(inputs, "x"), input(inputs, "y")),
        _ => return None,
    };
    outputs([("loss", arr0(loss).into_dyn()), ("dx", dx)])
}

fn dynamic((loss, dx): (f64, ndarray::Array2<f64>)) -> (f64, ArrayD<f64>) {
    (loss, dx.into_dyn())
}
