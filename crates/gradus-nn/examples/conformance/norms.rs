//! Normalisation layers: `x`, `gamma` and `beta` to `y`, and from the upstream gradient to `dx`, `dgamma` and `dbeta`. A case
//! without an upstream gradient expects no gradients; `y` stands in for it then.

use gradus_nn::Mode;
use gradus_nn::norms::*;
use ndarray::{Array1, Array4, ArrayD};
use serde_json::Value;

use super::cases::{input, matrix, number, outputs, vector};
use super::{Inputs, Outputs};

/// Output, `dx`, `dgamma` and `dbeta`.
type Results = (ArrayD<f64>, ArrayD<f64>, Array1<f64>, Array1<f64>);

/// See [`Run`](super::Run).
pub fn run(op: &str, params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let eps = number(params, "eps", 1e-5);
    match op {
        "batch_norm" | "batch_norm2d" => batch_norm(params, inputs, grad),
        "layer_norm" => layer_norm(inputs, eps, grad),
        "group_norm" => {
            let groups = number(params, "groups", 1.0) as usize;
            group_norm(inputs, grad, |x, gamma, beta| spatial_groupnorm_forward(x, gamma, beta, groups, eps))
        }
        "instance_norm2d" => group_norm(inputs, grad, |x, gamma, beta| instancenorm_forward(x, gamma, beta, eps)),
        _ => None,
    }
}

/// Training on the batch, and the evaluation `y_eval` with the running statistics as they were before. PyTorch's momentum
/// is the share of the new batch, and its running variance is divided by n - 1.
fn batch_norm(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let channels = input(inputs, "x").shape()[1];
    let (gamma, beta) = parameters(inputs, channels);
    let mut bn_param = BatchnormParam {
        eps: number(params, "eps", 1e-5),
        momentum: 1.0 - number(params, "momentum", 0.1),
        correction: 1,
        running_mean: vector_or(inputs, "running_mean", channels, 0.0),
        running_var: vector_or(inputs, "running_var", channels, 1.0),
        ..BatchnormParam::new(channels)
    };
    let mut before = BatchnormParam { mode: Mode::Evaluate, ..bn_param.clone() };

    let x = input(inputs, "x");
    let (results, y_eval) = if x.ndim() == 2 {
        let x = matrix(inputs, "x");
        let (y, cache) = batchnorm_forward(&x, &gamma, &beta, &mut bn_param);
        let grad = grad.map_or_else(|| y.clone(), |grad| grad.to_shape(y.dim()).expect("the shape of y").into_owned());
        let (dx, dgamma, dbeta) = batchnorm_backward(&grad, &cache);
        let y_eval = batchnorm_forward(&x, &gamma, &beta, &mut before).0;
        ((y.into_dyn(), dx.into_dyn(), dgamma, dbeta), y_eval.into_dyn())
    } else {
        let x = images(x, x.shape());
        let (y, cache) = spatial_batchnorm_forward(&x, &gamma, &beta, &mut bn_param);
        let grad = grad.map_or_else(|| y.clone(), |grad| images(grad, input(inputs, "x").shape()));
        let (dx, dgamma, dbeta) = spatial_batchnorm_backward(&grad, &cache);
        let y_eval = spatial_batchnorm_forward(&x, &gamma, &beta, &mut before).0;
        ((y.into_dyn(), dx.into_dyn(), dgamma, dbeta), y_eval.into_dyn())
    };
    let mut found = named(results, inputs)?;
    found.insert("y_eval".to_owned(), y_eval.into_shape_with_order(input(inputs, "x").shape()).expect("as many as x"));
    found.extend(outputs([
        ("running_mean", bn_param.running_mean.into_dyn()),
        ("running_var", bn_param.running_var.into_dyn()),
    ])?);
    Some(found)
}

/// Over the last axes, as many as `gamma` has.
fn layer_norm(inputs: &Inputs, eps: f64, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    let x = input(inputs, "x");
    let features = inputs.get("gamma").map_or(x.shape()[x.ndim() - 1], ArrayD::len);
    let (gamma, beta) = parameters(inputs, features);
    let rows = (x.len() / features, features);
    let as_rows =
        |array: &ArrayD<f64>| array.to_shape(rows).expect("rows of as many features as gamma has").into_owned();

    let (y, cache) = layernorm_forward(&as_rows(x), &gamma, &beta, eps);
    let (dx, dgamma, dbeta) = layernorm_backward(&grad.map_or_else(|| y.clone(), as_rows), &cache);
    named((y.into_dyn(), dx.into_dyn(), dgamma, dbeta), inputs)
}

fn group_norm(
    inputs: &Inputs,
    grad: Option<&ArrayD<f64>>,
    forward: impl Fn(&Array4<f64>, &Array1<f64>, &Array1<f64>) -> (Array4<f64>, SpatialGroupnormCache<f64>),
) -> Option<Outputs> {
    let x = input(inputs, "x");
    let (gamma, beta) = parameters(inputs, x.shape()[1]);
    let (y, cache) = forward(&images(x, x.shape()), &gamma, &beta);
    let grad = grad.map_or_else(|| y.clone(), |grad| images(grad, x.shape()));
    let (dx, dgamma, dbeta) = spatial_groupnorm_backward(&grad, &cache);
    named((y.into_dyn(), dx.into_dyn(), dgamma, dbeta), inputs)
}

/// An array of shape (batch, channels, ...) as images (batch, channels, places, 1).
fn images(array: &ArrayD<f64>, shape: &[usize]) -> Array4<f64> {
    let places = shape[2..].iter().product();
    array.to_shape((shape[0], shape[1], places, 1)).expect("the shape of x").into_owned()
}

/// `gamma` and `beta`, or 1 and 0 where the case has none.
fn parameters(inputs: &Inputs, count: usize) -> (Array1<f64>, Array1<f64>) {
    (vector_or(inputs, "gamma", count, 1.0), vector_or(inputs, "beta", count, 0.0))
}

fn vector_or(inputs: &Inputs, name: &str, count: usize, default: f64) -> Array1<f64> {
    if inputs.contains_key(name) { vector(inputs, name) } else { Array1::from_elem(count, default) }
}

/// The results in the shapes of `x`, `gamma` and `beta`.
fn named((y, dx, dgamma, dbeta): Results, inputs: &Inputs) -> Option<Outputs> {
    let as_input = |array: ArrayD<f64>, name: &str| match inputs.get(name) {
        Some(input) => array.into_shape_with_order(input.shape()).expect("as many elements as the input"),
        None => array,
    };
    outputs([
        ("y", as_input(y, "x")),
        ("dx", as_input(dx, "x")),
        ("dgamma", as_input(dgamma.into_dyn(), "gamma")),
        ("dbeta", as_input(dbeta.into_dyn(), "beta")),
    ])
}
