//! The affine layer and activation functions: `x` to `y`, and from the upstream gradient to `dx`, `dw` and `db`.

use gradus_nn::activations::*;
use gradus_nn::affine::{affine_backward, affine_forward};
use ndarray::{Array1, Array2, ArrayD, ArrayRef, IxDyn};
use serde_json::Value;

use super::cases::{input, matrix, number, outputs, vector};
use super::{Inputs, Outputs};

/// See [`Run`](super::Run).
pub fn run(op: &str, params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let alpha = |default| number(params, "alpha", default);
    match op {
        "linear" => linear(inputs, grad),
        "relu" => element_wise(inputs, grad, relu_forward, relu_backward),
        "sigmoid" => element_wise(inputs, grad, sigmoid_forward, sigmoid_backward),
        "tanh" => element_wise(inputs, grad, tanh_forward, tanh_backward),
        "gelu" => element_wise(inputs, grad, gelu_forward, gelu_backward),
        "gelu_tanh" => element_wise(inputs, grad, gelu_tanh_forward, gelu_tanh_backward),
        "leaky_relu" => element_wise(inputs, grad, |x| leaky_relu_forward(x, alpha(0.01)), leaky_relu_backward),
        "elu" => element_wise(inputs, grad, |x| elu_forward(x, alpha(1.0)), elu_backward),
        _ => None,
    }
}

fn element_wise<C>(
    inputs: &Inputs,
    grad: Option<&ArrayD<f64>>,
    forward: impl Fn(&ArrayRef<f64, IxDyn>) -> (ArrayD<f64>, C),
    backward: impl Fn(&ArrayRef<f64, IxDyn>, &C) -> ArrayD<f64>,
) -> Option<Outputs> {
    let (y, cache) = forward(input(inputs, "x"));
    let mut found = outputs([("y", y)])?;
    found.extend(grad.map(|grad| ("dx".to_owned(), backward(grad, &cache))));
    Some(found)
}

/// PyTorch's linear map acts on the last axis, whatever stands before it; the library's affine layer takes all after the
/// first axis as features. So the leading axes become rows here, unless the features are what the affine layer takes.
fn linear(inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let (x, w) = (input(inputs, "x"), matrix(inputs, "w"));
    let b = if inputs.contains_key("b") { vector(inputs, "b") } else { Array1::zeros(w.ncols()) };
    let (leading, last) = x.shape().split_at(x.ndim() - 1);
    let leading = if last == [w.nrows()] { leading } else { &leading[..1] };
    let rows: usize = leading.iter().product();
    let as_rows = |array: &ArrayD<f64>, columns| -> Array2<f64> {
        array
            .to_shape((rows, columns))
            .unwrap_or_else(|_| panic!("{:?} has not {rows} rows", array.shape()))
            .into_owned()
    };
    let shaped = |array: Array2<f64>, shape: &[usize]| {
        array.into_dyn().into_shape_with_order(shape).expect("as many elements as before")
    };

    let (y, cache) = affine_forward(&as_rows(x, x.len() / rows.max(1)), &w, &b);
    let mut found = outputs([("y", shaped(y, &[leading, &[w.ncols()]].concat()))])?;
    if let Some(grad) = grad {
        let (dx, dw, db) = affine_backward(&as_rows(grad, w.ncols()), &cache);
        found.extend(outputs([("dx", shaped(dx, x.shape())), ("dw", dw.into_dyn()), ("db", db.into_dyn())])?);
    }
    Some(found)
}
