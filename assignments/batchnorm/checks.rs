//! Public checks of assignment `batchnorm`: small inputs whose results can be worked out by hand, and evenly spaced numbers
//! whose results CS231n's notebooks print.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases.

mod backward;
mod forward;
mod networks;

use gradus_question::Check;
use ndarray::{Array, Array1, Dimension, IntoDimension};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    [
        forward::batchnorm(),
        backward::batchnorm(),
        backward::batchnorm_alt(),
        forward::layernorm(),
        backward::layernorm(),
        networks::loss(),
        networks::scores(),
    ]
    .concat()
}

/// Numbers at equal distances, in an array of this shape.
fn evenly_spaced<D: IntoDimension>(from: f64, to: f64, shape: D) -> Array<f64, D::Dim> {
    let shape = shape.into_dimension();
    Array1::linspace(from, to, shape.size()).into_shape_with_order(shape).expect("as many numbers")
}
