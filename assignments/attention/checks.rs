//! Public checks of assignment `attention`: sequences of a few numbers, whose results can be worked out by hand, and gradients
//! held against slopes.
//!
//! They carry no points. The grader's own checks ask for more: other shapes, fresh numbers, edge cases.

mod dot_product;
mod heads;
mod layers;
mod networks;

use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use ndarray::{Array, Array1, Array2, Dimension, IntoDimension};

use super::{DecoderLayer, EncoderLayer, FeedForward, LayerNorm, MultiHeadAttention, Parameters};

/// All of them, in the order of the questions.
pub fn public() -> Vec<Check> {
    [dot_product::checks(), heads::checks(), layers::checks(), networks::checks()].concat()
}

/// Numbers between -1 and 1 in no order that shows.
fn scattered<D: IntoDimension>(shape: D) -> Array<f64, D::Dim> {
    let shape = shape.into_dimension();
    let numbers: Vec<f64> =
        (1..=shape.size()).map(|i| 2.0 * (0.618_033_988_749_895 * i as f64).fract() - 1.0).collect();
    Array::from_shape_vec(shape, numbers).expect("as many numbers")
}

/// Such numbers in all arrays of a network.
fn fill<P: Parameters>(mut net: P) -> P {
    let mut i = 0;
    for (_, mut array) in net.named_mut() {
        for number in &mut array {
            i += 1;
            *number = 2.0 * (0.754_877_666_246_693 * f64::from(i)).fract() - 1.0;
        }
    }
    net
}

/// An attention whose weights and biases are all 0.
fn no_attention(features: usize) -> MultiHeadAttention {
    let (w, b) = (Array2::zeros((features, features)), Array1::zeros(features));
    let (bq, bk, bv, bo) = (b.clone(), b.clone(), b.clone(), b);
    MultiHeadAttention { wq: w.clone(), bq, wk: w.clone(), bk, wv: w.clone(), bv, wo: w, bo }
}

/// A norm that neither scales nor shifts.
fn plain_norm(features: usize) -> LayerNorm {
    LayerNorm { gamma: Array1::ones(features), beta: Array1::zeros(features) }
}

/// A feed-forward network whose weights and biases are all 0.
fn no_feed_forward(features: usize, hidden: usize) -> FeedForward {
    let (w1, w2) = (Array2::zeros((features, hidden)), Array2::zeros((hidden, features)));
    FeedForward { w1, b1: Array1::zeros(hidden), w2, b2: Array1::zeros(features) }
}

/// A layer that does nothing but normalise.
fn idle_encoder_layer(features: usize, hidden: usize) -> EncoderLayer {
    EncoderLayer {
        attention: no_attention(features),
        norm_attention: plain_norm(features),
        feed_forward: no_feed_forward(features, hidden),
        norm_feed_forward: plain_norm(features),
    }
}

/// A layer that does nothing but normalise.
fn idle_decoder_layer(features: usize, hidden: usize) -> DecoderLayer {
    DecoderLayer {
        attention: no_attention(features),
        norm_attention: plain_norm(features),
        cross_attention: no_attention(features),
        norm_cross_attention: plain_norm(features),
        feed_forward: no_feed_forward(features, hidden),
        norm_feed_forward: plain_norm(features),
    }
}

/// An array's numbers in one row.
fn flat<D: Dimension>(array: &Array<f64, D>) -> Array1<f64> {
    array.iter().copied().collect()
}

/// The numbers of all arrays in one row.
fn all_numbers(net: &impl Parameters) -> Array1<f64> {
    net.named().iter().flat_map(|(_, array)| array.iter().copied()).collect()
}

/// Expects gradients to be the slopes of what `forward` returns, each by the argument it belongs to and its count of numbers.
fn expect_slopes<R>(
    session: &mut Session<'_>,
    context: &Context,
    forward: &Call<R>,
    projection: &Projection,
    gradients: &[(&'static str, usize, Array1<f64>)],
) -> Result<(), Failure> {
    for (argument, count, found) in gradients {
        context.expect(
            found.len() == *count,
            &format!("the gradient of {argument} has the wrong shape"),
            "a gradient has the shape of what it is the gradient with respect to",
        )?;
        let all: Vec<usize> = (0..*count).collect();
        let slope = session.numeric_gradient(forward, argument, &all, 1e-5, projection.clone())?;
        let what = format!("the gradient of {argument}, held against the slope of your own function");
        context.expect_array(&what, found, &Array1::from_vec(slope), Tolerance::numeric_gradient(), &[])?;
    }
    Ok(())
}

/// `sum(dout * out)`, whose slopes are the gradients.
fn weighed_by<D: Dimension>(dout: &Array<f64, D>) -> Projection {
    Projection::WeightedSum(0, dout.iter().copied().collect())
}
