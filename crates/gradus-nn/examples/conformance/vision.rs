//! The operations on images: convolution, its transpose, pooling, upsampling.
//!
//! Parameters are whole numbers, or pairs `[height, width]` of them; those that PyTorch has a default for may be left
//! out. `b` may be left out too, and then counts as zeros.

use std::collections::BTreeMap;

use gradus_nn::conv::{
    ConvParams, ConvTransposeParams, conv_backward, conv_forward, conv_transpose_backward, conv_transpose_forward,
};
use gradus_nn::pool::{
    PoolParams, avg_pool_backward, avg_pool_forward, global_avg_pool_backward, global_avg_pool_forward,
    max_pool_backward, max_pool_forward,
};
use gradus_nn::upsample::{
    upsample_bilinear_backward, upsample_bilinear_forward, upsample_nearest_backward, upsample_nearest_forward,
};
use ndarray::{Array, Array1, Array4, ArrayD, Dimension, Ix1, Ix4};
use serde_json::Value;

type Inputs = BTreeMap<String, ArrayD<f64>>;
type Outputs = BTreeMap<String, ArrayD<f64>>;

/// The outputs of `op` for these inputs: `y`, and with the upstream gradient `grad` those of the inputs, `dx` and so on.
/// `None` if the operation is not one of this module's.
pub fn run(op: &str, params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Option<Outputs> {
    match op {
        "conv2d" => Some(conv2d(params, inputs, grad)),
        "conv_transpose2d" => Some(conv_transpose2d(params, inputs, grad)),
        "max_pool2d" => Some(max_pool2d(params, inputs, grad)),
        "avg_pool2d" => Some(avg_pool2d(params, inputs, grad)),
        "global_avg_pool2d" => Some(global_avg_pool2d(inputs, grad)),
        "upsample_nearest2d" => Some(upsample_nearest2d(params, inputs, grad)),
        "upsample_bilinear2d" => Some(upsample_bilinear2d(params, inputs, grad)),
        _ => None,
    }
}

/// Parameters `stride`, `padding`, `dilation`, `groups`; inputs `x`, `w`, `b`.
pub fn conv2d(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Outputs {
    let (x, w) = (images(inputs, "x"), images(inputs, "w"));
    let b = bias(inputs, w.dim().0);
    let params = ConvParams {
        stride: pair(params, "stride", 1),
        padding: pair(params, "padding", 0),
        dilation: pair(params, "dilation", 1),
        groups: pair(params, "groups", 1)[0],
    };
    let (y, cache) = conv_forward(&x, &w, &b, params);
    let gradients = grad.map(|grad| conv_backward(&fixed::<Ix4>(grad, "grad_output"), &cache));
    with_weights(y, gradients)
}

/// Parameters `stride`, `padding`, `output_padding`, `dilation`, `groups`; inputs `x`, `w`, `b`.
pub fn conv_transpose2d(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Outputs {
    let (x, w) = (images(inputs, "x"), images(inputs, "w"));
    let groups = pair(params, "groups", 1)[0];
    let b = bias(inputs, w.dim().1 * groups);
    let params = ConvTransposeParams {
        stride: pair(params, "stride", 1),
        padding: pair(params, "padding", 0),
        output_padding: pair(params, "output_padding", 0),
        dilation: pair(params, "dilation", 1),
        groups,
    };
    let (y, cache) = conv_transpose_forward(&x, &w, &b, params);
    let gradients = grad.map(|grad| conv_transpose_backward(&fixed::<Ix4>(grad, "grad_output"), &cache));
    with_weights(y, gradients)
}

/// Parameters `kernel`, `stride`, `padding`; input `x`.
pub fn max_pool2d(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Outputs {
    let (y, cache) = max_pool_forward(&images(inputs, "x"), windows(params));
    outputs(y, grad.map(|grad| max_pool_backward(&fixed::<Ix4>(grad, "grad_output"), &cache)))
}

/// Parameters `kernel`, `stride`, `padding`; input `x`.
pub fn avg_pool2d(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Outputs {
    let (y, cache) = avg_pool_forward(&images(inputs, "x"), windows(params));
    outputs(y, grad.map(|grad| avg_pool_backward(&fixed::<Ix4>(grad, "grad_output"), &cache)))
}

/// Input `x`. The upstream gradient may be (batch, channels) or (batch, channels, 1, 1).
pub fn global_avg_pool2d(inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Outputs {
    let (y, cache) = global_avg_pool_forward(&images(inputs, "x"));
    let dx = grad.map(|grad| {
        let dout = grad.to_shape(y.dim()).unwrap_or_else(|_| panic!("grad_output of shape {:?}", grad.shape()));
        global_avg_pool_backward(&dout, &cache)
    });
    outputs(y, dx)
}

/// Parameter `scale`; input `x`.
pub fn upsample_nearest2d(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Outputs {
    let x = images(inputs, "x");
    let (y, cache) = upsample_nearest_forward(&x, scaled(params, &x));
    outputs(y, grad.map(|grad| upsample_nearest_backward(&fixed::<Ix4>(grad, "grad_output"), &cache)))
}

/// Parameters `scale`, `align_corners`; input `x`.
pub fn upsample_bilinear2d(params: &Value, inputs: &Inputs, grad: Option<&ArrayD<f64>>) -> Outputs {
    let x = images(inputs, "x");
    let align_corners = params["align_corners"].as_bool().unwrap_or(false);
    let (y, cache) = upsample_bilinear_forward(&x, scaled(params, &x), align_corners);
    outputs(y, grad.map(|grad| upsample_bilinear_backward(&fixed::<Ix4>(grad, "grad_output"), &cache)))
}

fn outputs<D: Dimension>(y: Array<f64, D>, dx: Option<Array4<f64>>) -> Outputs {
    let dx = dx.map(|dx| ("dx".to_owned(), dx.into_dyn()));
    [("y".to_owned(), y.into_dyn())].into_iter().chain(dx).collect()
}

fn with_weights(y: Array4<f64>, gradients: Option<(Array4<f64>, Array4<f64>, Array1<f64>)>) -> Outputs {
    let Some((dx, dw, db)) = gradients else { return outputs(y, None) };
    let mut all = outputs(y, Some(dx));
    all.insert("dw".to_owned(), dw.into_dyn());
    all.insert("db".to_owned(), db.into_dyn());
    all
}

/// Parameters `kernel`, `stride` (the kernel if left out) and `padding`.
fn windows(params: &Value) -> PoolParams {
    let kernel = optional_pair(params, "kernel").unwrap_or_else(|| panic!("parameter kernel is missing"));
    let stride = optional_pair(params, "stride").unwrap_or(kernel);
    PoolParams { kernel, stride, padding: pair(params, "padding", 0) }
}

/// Height and width of `x` times `scale`, which may be a fraction; rounded down, as PyTorch does.
fn scaled(params: &Value, x: &Array4<f64>) -> [usize; 2] {
    let factor = |axis: usize| params["scale"].get(axis).unwrap_or(&params["scale"]).as_f64();
    let size = [x.dim().2, x.dim().3];
    std::array::from_fn(|axis| {
        let factor =
            factor(axis).unwrap_or_else(|| panic!("parameter scale must be a number, but is {}", params["scale"]));
        (size[axis] as f64 * factor).floor() as usize
    })
}

fn pair(params: &Value, name: &str, default: usize) -> [usize; 2] {
    optional_pair(params, name).unwrap_or([default; 2])
}

/// A whole number for both axes or one for each; `None` if it is left out.
fn optional_pair(params: &Value, name: &str) -> Option<[usize; 2]> {
    let value = params.get(name).filter(|value| !value.is_null())?;
    let along = |axis: usize| value.get(axis).unwrap_or(value).as_u64();
    let numbers = along(0).zip(along(1));
    let (height, width) = numbers.unwrap_or_else(|| panic!("parameter {name} must be whole numbers, but is {value}"));
    Some([height as usize, width as usize])
}

fn bias(inputs: &Inputs, filters: usize) -> Array1<f64> {
    inputs.get("b").map_or_else(|| Array1::zeros(filters), |b| fixed::<Ix1>(b, "b"))
}

fn images(inputs: &Inputs, name: &str) -> Array4<f64> {
    fixed::<Ix4>(inputs.get(name).unwrap_or_else(|| panic!("input {name} is missing")), name)
}

fn fixed<D: Dimension>(array: &ArrayD<f64>, name: &str) -> Array<f64, D> {
    let shape = array.shape();
    array.clone().into_dimensionality().unwrap_or_else(|_| panic!("{name} has the wrong number of axes: {shape:?}"))
}
