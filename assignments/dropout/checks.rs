//! Public checks of assignment `dropout`: small inputs whose results can be worked out by hand, and statistics of masks.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases.

mod layer;
mod network;
mod others;

use gradus_question::Check;
use ndarray::{Array, Array1, Dimension, IntoDimension};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    [layer::checks(), network::checks(), others::checks()].concat()
}

/// Numbers at equal distances, in an array of this shape.
fn evenly_spaced<D: IntoDimension>(from: f64, to: f64, shape: D) -> Array<f64, D::Dim> {
    let shape = shape.into_dimension();
    Array1::linspace(from, to, shape.size()).into_shape_with_order(shape).expect("as many numbers")
}
