//! Checks of `max_norm`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array2, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::{ORDINARY_FIRST, reference};
use crate::common::expected::{close_to, in_turn};
use crate::common::{check, inputs, recorded};

/// The checks, 8 points.
pub fn checks() -> Vec<Check> {
    let check = |name, points, expectation, run| check("max_norm", name, points, expectation, run);
    vec![
        check("weights of fresh numbers", 3, "long columns shortened to the limit, in their direction", fresh),
        check("columns within the limit", 2, "columns that are not too long as they were", within),
        check("columns of zeros", 1, "0 where all weights of a unit are 0", zeros),
        check("recorded weights", 1, "the weights that were recorded for fixed numbers", recorded_weights),
        check(
            "one input, one unit, weights left alone",
            1,
            "the right result, and w as it was before the call",
            narrow,
        ),
    ]
}

#[derive(Clone)]
struct Inputs {
    w: Array2<f64>,
    limit: f64,
}

fn lengths(w: &Array2<f64>, axis: usize) -> ndarray::Array1<f64> {
    w.mapv(|weight| weight * weight).sum_axis(Axis(axis)).mapv(f64::sqrt)
}

impl Inputs {
    /// About half of the columns are too long, and they differ in length.
    fn random(random: &mut ChaCha8Rng, shape: (usize, usize)) -> Self {
        let scale = inputs::scale(random);
        let mut w = inputs::normal(random, shape, scale);
        w.columns_mut().into_iter().for_each(|mut column| column *= random.random_range(0.3..2.0));
        let mut sorted = lengths(&w, 0).to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let limit = if middle == 0 { 0.7 * sorted[0] } else { 0.5 * (sorted[middle - 1] + sorted[middle]) };
        Self { w, limit }
    }

    fn look_alikes(random: &mut ChaCha8Rng) -> Vec<Self> {
        let shape = (random.random_range(3..9), random.random_range(4..9));
        let first = Self::random(random, shape);
        let mut all: Vec<_> = inputs::look_alikes(random, &first.w).map(|w| Self { w, ..first.clone() }).to_vec();
        all.extend([Self { limit: 0.8 * first.limit, ..first.clone() }, Self::random(random, shape), first]);
        all
    }

    fn call(&self) -> Call<Array2<f64>> {
        call::max_norm(&self.w, self.limit)
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&self.call())?, context)
    }

    fn compare(&self, found: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let Self { w, limit } = self;
        let limit = *limit;
        let expected = reference::max_norm(w, limit);
        let of_rows = reference::max_norm(&w.t().to_owned(), limit).reversed_axes();
        let whole = w.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        let squared = lengths(w, 0).mapv(|length| length * length);
        let absolute = w.mapv(f64::abs).sum_axis(Axis(0));
        let shorten = |length: f64| if length > limit { limit / length } else { 1.0 };
        let slips = [
            ("w itself; long columns are to be shortened", w),
            ("what you get when rows are shortened; a unit's weights are a column", &of_rows),
            (
                "all columns with the length of the limit; shorter ones stay as they are",
                &(w * &lengths(w, 0).mapv(|length| limit / length)),
            ),
            ("what you get with one length for all weights together; each column has its own", &(w * shorten(whole))),
            (
                "w with each weight held within the limit; it is about the length of a column",
                &w.mapv(|w| w.clamp(-limit, limit)),
            ),
            ("what you get with the squared length; take the root", &(w * &squared.mapv(shorten))),
            ("what you get with the sum of absolute values for the length", &(w * &absolute.mapv(shorten))),
            (
                "what you get when long columns are divided by their length only",
                &(w * &lengths(w, 0).mapv(|length| if length > limit { 1.0 / length } else { 1.0 })),
            ),
        ];
        context.expect_array("the weights", found, &expected, close_to(expected.iter().copied()), &slips)
    }
}

/// What every check with points asks first.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Inputs::look_alikes(&mut context.random);
    in_turn(context, all, |inputs, context| inputs.hold(session, context)).map_err(|failure| match failure.hint {
        Some(_) => failure,
        None => failure.with_hint(ORDINARY_FIRST),
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Inputs::look_alikes(&mut context.random);
    all.extend([(40, 30), (2, 20), (25, 4)].map(|shape| Inputs::random(&mut context.random, shape)));
    in_turn(context, all, |inputs, context| inputs.hold(session, context))
}

fn within(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for _ in 0..3 {
        let Inputs { w, .. } = Inputs::random(&mut context.random, (7, 9));
        let limit = 1.01 * lengths(&w, 0).fold(0.0, |a: f64, b| a.max(*b));
        let found = session.call(&call::max_norm(&w, limit))?;
        context
            .expect_array("the weights", &found, &w, close_to(w.iter().copied()), &[])
            .map_err(|failure| failure.with_hint("a column that is not longer than the limit stays as it is"))?;
    }
    Ok(())
}

fn zeros(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for _ in 0..2 {
        let mut inputs = Inputs::random(&mut context.random, (5, 8));
        for _ in 0..3 {
            let column = context.random.random_range(0..8);
            inputs.w.column_mut(column).fill(0.0);
        }
        inputs
            .hold(session, context)
            .map_err(|failure| failure.with_hint("a column of zeros has the length 0: do not divide by it"))?;
    }
    let all = Array2::zeros((3, 4));
    let found = session.call(&call::max_norm(&all, 1.0))?;
    context.expect_array("the weights", &found, &all, Tolerance::exact(), &[])
}

/// A recorded case.
#[derive(Deserialize)]
struct Recorded {
    #[serde(deserialize_with = "recorded::matrix")]
    w: Array2<f64>,
    limit: f64,
    #[serde(deserialize_with = "recorded::matrix")]
    result: Array2<f64>,
}

fn recorded_weights(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { w, limit, result } in recorded::read(include_str!("../snapshots/max_norm.snap")) {
        let found = session.call(&call::max_norm(&w, limit))?;
        context.expect_array("the weights", &found, &result, close_to(result.iter().copied()), &[])?;
    }
    Ok(())
}

fn narrow(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for shape in [(1, 6), (6, 1), (1, 1), (7, 5)] {
        let inputs = Inputs::random(&mut context.random, shape);
        inputs.compare(&session.call_watching_inputs(&inputs.call())?, context)?;
    }
    Ok(())
}
