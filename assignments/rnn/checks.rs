//! Public checks of assignment `rnn`: sequences of a few steps, whose results can be worked out by hand, and the evenly
//! spaced numbers whose results CS231n's notebooks print.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases.

mod captions;
mod lstm;
mod rnn;
mod words;

use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array, Array1, Dimension, IntoDimension};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    [rnn::checks(), lstm::checks(), words::checks(), captions::checks()].concat()
}

/// The notebooks print 8 decimals.
const EIGHT_DECIMALS: Tolerance = Tolerance::new(0.0, 1e-8);

/// Numbers at equal distances, in an array of this shape.
fn evenly_spaced<D: IntoDimension>(from: f64, to: f64, shape: D) -> Array<f64, D::Dim> {
    let shape = shape.into_dimension();
    Array1::linspace(from, to, shape.size()).into_shape_with_order(shape).expect("as many numbers")
}

/// Numbers between -1 and 1 in no order that shows.
fn scattered<D: IntoDimension>(shape: D) -> Array<f64, D::Dim> {
    let shape = shape.into_dimension();
    let numbers: Vec<f64> =
        (1..=shape.size()).map(|i| 2.0 * (0.618_033_988_749_895 * i as f64).fract() - 1.0).collect();
    Array::from_shape_vec(shape, numbers).expect("as many numbers")
}

/// Expects gradients to be the slopes of `sum(output * upstream)`, summed over the outputs of `forward`; each by its name and
/// the name of what it belongs to.
fn expect_slopes<R>(
    session: &mut Session<'_>,
    context: &Context,
    forward: &Call<R>,
    upstream: &[&[f64]],
    gradients: &[(&'static str, &'static str, Array1<f64>)],
) -> Result<(), Failure> {
    for (what, argument, found) in gradients {
        let all: Vec<usize> = (0..found.len()).collect();
        let mut slopes = Array1::zeros(found.len());
        for (part, weights) in upstream.iter().enumerate() {
            let weights = Projection::WeightedSum(part, weights.to_vec());
            slopes += &Array1::from_vec(session.numeric_gradient(forward, argument, &all, 1e-5, weights)?);
        }
        let what = format!("{what}, held against the slope of your own output");
        context.expect_array(&what, found, &slopes, Tolerance::numeric_gradient(), &[])?;
    }
    Ok(())
}

/// An array's numbers in one row.
fn flat<D: Dimension>(array: &Array<f64, D>) -> Array1<f64> {
    array.iter().copied().collect()
}

/// Expects gradients to have the shapes of what they belong to.
fn expect_shapes(gradients: &[(&str, &[usize], &[usize])]) -> Result<(), Failure> {
    for (what, found, expected) in gradients {
        if found != expected {
            return Err(Failure::wrong("a gradient has the wrong shape")
                .with_detail(format!("{what} has the shape {found:?}; expected {expected:?}"))
                .with_hint("a gradient has the shape of what it is the gradient with respect to"));
        }
    }
    Ok(())
}
