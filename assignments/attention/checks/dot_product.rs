//! Public checks of attention with one head.

use gradus_question::{Check, Context, Failure, Session};
use ndarray::array;

use super::{expect_slopes, flat, scattered, weighed_by};
use crate::attention::{Mask, call};
use crate::linear::{HAND_TOLERANCE as TOLERANCE, check};

const FORWARD: &str = "scaled_dot_product_attention_forward";
const BACKWARD: &str = "scaled_dot_product_attention_backward";

/// The checks.
pub fn checks() -> Vec<Check> {
    vec![
        check(FORWARD, "two keys by hand", "5: a quarter of 8 and three quarters of 4", two_keys),
        check(FORWARD, "a causal mask by hand", "8, 6 and 5: means of the first value, of two, of three", causal),
        check(FORWARD, "nothing to look at", "6, and 0 for the query that may look at no key", nothing),
        check(BACKWARD, "one query by hand", "dq = 1, dk = 0, dv = 0.5 for both keys", one_query),
        check(
            BACKWARD,
            "slope of the output",
            "gradients that are the slopes of what scaled_dot_product_attention_forward returns",
            slope,
        ),
    ]
}

// Four features: the scores are 0 and 2 ln 3 / 2, so that the second key weighs three times as much.
fn two_keys(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let q = array![[[2.0 * 3.0_f64.ln(), 0.0, 0.0, 0.0]]];
    let k = array![[[0.0, 5.0, 0.0, 0.0], [1.0, 0.0, 5.0, 0.0]]];
    let call = call::scaled_dot_product_attention_forward(&q, &k, &array![[[8.0], [4.0]]], &Mask::All);
    let unscaled = ("without the division by the root of the number of features", &array![[[4.4]]]);
    context.expect_array("out", &session.call(&call)?, &array![[[5.0]]], TOLERANCE, &[unscaled])
}

fn causal(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (q, k, v) = (array![[[0.0], [0.0], [0.0]]], array![[[1.0], [2.0], [3.0]]], array![[[8.0], [4.0], [3.0]]]);
    let mask = Mask::Allowed(array![[true, false, false], [true, true, false], [true, true, true]]);
    let out = session.call(&call::scaled_dot_product_attention_forward(&q, &k, &v, &mask))?;
    let without = ("without the mask", &array![[[5.0], [5.0], [5.0]]]);
    let zeros = ("with scores of 0 where the mask forbids; exp(0) is 1, so they count", &array![[[5.0], [5.0], [5.0]]]);
    context.expect_array("out", &out, &array![[[8.0], [6.0], [5.0]]], TOLERANCE, &[without, zeros])
}

fn nothing(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (q, k, v) = (array![[[0.0], [0.0]]], array![[[0.0], [0.0]]], array![[[4.0], [6.0]]]);
    let mask = Mask::Allowed(array![[false, true], [false, false]]);
    let out = session.call(&call::scaled_dot_product_attention_forward(&q, &k, &v, &mask))?;
    let mean = ("with a plain mean for a query that may look at no key; its row is 0", &array![[[6.0], [5.0]]]);
    context.expect_array("out", &out, &array![[[6.0], [0.0]]], TOLERANCE, &[mean])
}

fn one_query(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (q, k, v) = (array![[[0.0]]], array![[[0.0], [1.0]]], array![[[2.0], [6.0]]]);
    let call = call::scaled_dot_product_attention_backward(&q, &k, &v, &Mask::All, &array![[[1.0]]]);
    let (dq, dk, dv) = session.call(&call)?;
    context.expect_array("dv", &dv, &array![[[0.5], [0.5]]], TOLERANCE, &[])?;
    let plain = ("without the sum that softmax takes off", &array![[[3.0]]]);
    context.expect_array("dq", &dq, &array![[[1.0]]], TOLERANCE, &[plain])?;
    context.expect_array("dk", &dk, &array![[[0.0], [0.0]]], TOLERANCE, &[])
}

fn slope(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let (q, k, v, dout) =
        (scattered([2, 3, 2]) * 1.5, scattered([2, 4, 2]), scattered([2, 4, 3]), scattered([2, 3, 3]) + 0.2);
    let some = array![[true, true, false, true], [false, true, true, true], [true, false, false, false]];
    for mask in [Mask::All, Mask::Allowed(some)] {
        let (dq, dk, dv) = session.call(&call::scaled_dot_product_attention_backward(&q, &k, &v, &mask, &dout))?;
        let forward = call::scaled_dot_product_attention_forward(&q, &k, &v, &mask);
        let gradients = [("q", q.len(), flat(&dq)), ("k", k.len(), flat(&dk)), ("v", v.len(), flat(&dv))];
        expect_slopes(session, context, &forward, &weighed_by(&dout), &gradients)?;
    }
    Ok(())
}
