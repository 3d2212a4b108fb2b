//! Reads the figures that CS231n's notebooks check from a fixture, and the arrays in them.

#[cfg(feature = "attention")]
use gradus_nn::attention::AttentionParameters;
use ndarray::{Array, ArrayD, Dimension, linspace};
#[cfg(feature = "attention")]
use ndarray::{Ix1, Ix2};
use serde_json::Value;

/// The fact of that name.
pub fn fact(text: &str, id: &str) -> Value {
    let file: Value = serde_json::from_str(text).expect("JSON");
    let facts = file["facts"].as_array().expect("a list of facts");
    facts.iter().find(|fact| fact["id"] == id).unwrap_or_else(|| panic!("no fact {id}")).clone()
}

/// The array of nested lists, or the one that `gen` describes.
pub fn array<D: Dimension>(value: &Value) -> Array<f64, D> {
    let number = |field: &str| value[field].as_f64().unwrap_or_else(|| panic!("no number {field} in {value}"));
    let shape = || value["reshape"].as_array().expect("a shape").iter().map(|n| n.as_u64().expect("a length") as usize);
    let (shape, numbers) = match value["gen"].as_str() {
        Some("linspace") => {
            (shape().collect(), linspace(number("start"), number("stop"), number("num") as usize).collect())
        }
        Some("arange_mod") => {
            (shape().collect(), (0..number("n") as usize).map(|n| n as f64 % number("mod")).collect())
        }
        Some("array") => nested(&value["data"]),
        Some(other) => panic!("unknown gen {other}"),
        None => nested(value),
    };
    let array = ArrayD::from_shape_vec(shape, numbers).expect("the numbers fill the shape");
    let wrong = |_| panic!("{} axes wanted, but the shape is {:?}", D::NDIM.unwrap_or_default(), array.shape());
    array.clone().into_dimensionality().unwrap_or_else(wrong)
}

/// The parameters of an attention layer. CS231n keeps the weights transposed, as PyTorch does.
#[cfg(feature = "attention")]
pub fn attention_parameters(state: &Value, prefix: &str) -> AttentionParameters<f64> {
    let w = |name: &str| array::<Ix2>(&state[format!("{prefix}{name}.weight")]).reversed_axes();
    let b = |name: &str| array::<Ix1>(&state[format!("{prefix}{name}.bias")]);
    AttentionParameters {
        wq: w("query"),
        bq: b("query"),
        wk: w("key"),
        bk: b("key"),
        wv: w("value"),
        bv: b("value"),
        wo: w("proj"),
        bo: b("proj"),
    }
}

/// The shape and the numbers of nested lists, row by row.
fn nested(value: &Value) -> (Vec<usize>, Vec<f64>) {
    match value.as_array() {
        None => (Vec::new(), vec![value.as_f64().expect("a number")]),
        Some(list) => {
            let parts: Vec<_> = list.iter().map(nested).collect();
            let mut shape = vec![list.len()];
            shape.extend(&parts.first().expect("lists are not empty").0);
            (shape, parts.into_iter().flat_map(|(_, numbers)| numbers).collect())
        }
    }
}
