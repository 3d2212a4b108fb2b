//! Figures of the CS231n notebooks, and reading arrays from JSON.

use ndarray::{Array, ArrayD, Dimension, IntoDimension};
use serde_json::Value;

/// The facts of `fixtures/cs231n_layers.json`, by their id.
pub fn facts() -> Value {
    let file: Value = serde_json::from_str(include_str!("../fixtures/cs231n_layers.json")).expect("JSON");
    file["facts"].clone()
}

/// All numbers of nested lists, in order.
pub fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

/// An input that is described by `numpy.linspace(start, stop, num).reshape(shape)` or written out.
pub fn input<D: Dimension>(described: &Value) -> Array<f64, D> {
    let array = match described["gen"].as_str().expect("a kind") {
        "linspace" => {
            let (start, stop) =
                (described["start"].as_f64().expect("start"), described["stop"].as_f64().expect("stop"));
            let shape: Vec<usize> = flat(&described["reshape"]).into_iter().map(|length| length as usize).collect();
            let count = shape.iter().product();
            ArrayD::from_shape_vec(shape, Array::linspace(start, stop, count).to_vec()).expect("as many")
        }
        "array" => {
            let (data, rows) = (flat(&described["data"]), described["data"].as_array().expect("rows").len());
            ArrayD::from_shape_vec(vec![rows, data.len() / rows], data).expect("rows of one length")
        }
        other => panic!("inputs of kind {other}"),
    };
    array.into_dimensionality().expect("that many axes")
}

/// Numbers of nested lists as an array.
pub fn array<D: Dimension>(value: &Value, shape: impl IntoDimension<Dim = D>) -> Array<f64, D> {
    Array::from_shape_vec(shape, flat(value)).expect("numbers for that shape")
}
