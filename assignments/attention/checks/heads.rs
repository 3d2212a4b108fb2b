//! Public checks of attention with several heads, and of the positional encoding.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Array3, array};

use super::{all_numbers, expect_slopes, fill, flat, no_attention, scattered, weighed_by};
use crate::attention::{Mask, MultiHeadAttention, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const FORWARD: &str = "multi_head_attention_forward";
const BACKWARD: &str = "multi_head_attention_backward";
const POSITIONS: &str = "positional_encoding";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(FORWARD, "two heads by hand", "5 from the first head, 6 from the second", two_heads),
        check(
            FORWARD,
            "the last affine map by hand",
            "14 and 22: the mean of the values, mapped and shifted",
            last_map,
        ),
        check(BACKWARD, "biases by hand", "6 for each number of bo, the sum of dout, and 0 for bk", biases),
        check(
            BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what multi_head_attention_forward returns",
            slope,
        ),
        check(
            POSITIONS,
            "two steps by hand",
            "0 and 1 in turn, and then sines and cosines of 1 and of 0.01",
            two_steps,
        ),
        check(POSITIONS, "three features", "a last wave that has its sine only", three_features),
    ]
}

/// An attention whose maps leave everything as it is.
fn plain_attention(features: usize) -> MultiHeadAttention {
    let eye = Array2::eye(features);
    MultiHeadAttention { wq: eye.clone(), wk: eye.clone(), wv: eye.clone(), wo: eye, ..no_attention(features) }
}

// Each head has one feature. The first one's scores are 0 and ln 3, the second one's 0 and 0.
fn two_heads(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (query, key) = (array![[[3.0_f64.ln(), 0.0]]], array![[[0.0, 2.0], [1.0, 7.0]]]);
    let value = array![[[8.0, 8.0], [4.0, 4.0]]];
    let net = plain_attention(2);
    let out = session.call(&call::multi_head_attention_forward(&net, 2, &query, &key, &value, &Mask::All))?;
    let share = 1.0 / (1.0 + 3.0_f64.powf(0.5_f64.sqrt()));
    let one = 8.0 * share + 4.0 * (1.0 - share);
    let (single, split) = (array![[[one, one]]], array![[[one, 6.0]]]);
    let slips = [
        ("with a single head", &single),
        ("with scores divided by the root of all features; each head divides by that of its own width", &split),
    ];
    context.expect_array("out", &out, &array![[[5.0, 6.0]]], TOLERANCE, &slips)
}

fn last_map(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = MultiHeadAttention {
        wv: Array2::eye(2),
        wo: array![[0.0, 1.0], [1.0, 0.0]],
        bo: array![10.0, 20.0],
        ..no_attention(2)
    };
    let (query, value) = (array![[[1.0, 2.0]]], array![[[1.0, 2.0], [3.0, 6.0]]]);
    let out = session.call(&call::multi_head_attention_forward(&net, 1, &query, &value, &value, &Mask::All))?;
    let (without_bias, without_map) = (array![[[4.0, 2.0]]], array![[[2.0, 4.0]]]);
    let slips = [("without bo", &without_bias), ("without the last affine map", &without_map)];
    context.expect_array("out", &out, &array![[[14.0, 22.0]]], TOLERANCE, &slips)
}

fn biases(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (net, x) = (fill(no_attention(4)), scattered([2, 3, 4]));
    let call = call::multi_head_attention_backward(&net, 2, &x, &x, &x, &Mask::All, &Array3::ones((2, 3, 4)));
    let (.., gradients) = session.call(&call)?;
    context.expect_array("the gradient of bo", &gradients.bo, &Array1::from_elem(4, 6.0), TOLERANCE, &[])?;
    context.expect_array("the gradient of bk", &gradients.bk, &Array1::zeros(4), TOLERANCE, &[])
}

fn slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let net = fill(no_attention(4));
    let (query, key, value) = (scattered([2, 3, 4]), scattered([2, 2, 4]) + 0.1, scattered([2, 2, 4]) * 1.3);
    let dout = scattered([2, 3, 4]) - 0.3;
    let mask = Mask::Allowed(array![[true, true], [false, true], [true, true]]);
    let call = call::multi_head_attention_backward(&net, 2, &query, &key, &value, &mask, &dout);
    let (dquery, dkey, dvalue, gradients) = session.call(&call)?;
    let forward = call::multi_head_attention_forward(&net, 2, &query, &key, &value, &mask);
    let gradients = [
        ("query", query.len(), flat(&dquery)),
        ("key", key.len(), flat(&dkey)),
        ("value", value.len(), flat(&dvalue)),
        ("net", 80, all_numbers(&gradients)),
    ];
    expect_slopes(session, context, &forward, &weighed_by(&dout), &gradients)
}

fn two_steps(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let found = session.call(&call::positional_encoding(2, 4))?;
    let row = |first: f64, second: f64| [first.sin(), first.cos(), second.sin(), second.cos()];
    let expected = array![[0.0, 1.0, 0.0, 1.0], row(1.0, 0.01)];
    let own = array![[0.0, 1.0, 0.0, 1.0], [1.0_f64.sin(), 0.1_f64.cos(), 0.01_f64.sin(), 0.001_f64.cos()]];
    let own = ("with a wave of its own for each feature; the two of a pair share one", &own);
    context.expect_array("the encoding", &found, &expected, TOLERANCE, &[own])
}

fn three_features(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let found = session.call(&call::positional_encoding(2, 3))?;
    let slow = 10000_f64.powf(-2.0 / 3.0);
    let expected = array![[0.0, 1.0, 0.0], [1.0_f64.sin(), 1.0_f64.cos(), slow.sin()]];
    context.expect_array("the encoding", &found, &expected, TOLERANCE, &[])
}
