//! Checks of `standardize`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::features::call;
use gradus_question::{Check, Context, Failure, Session};
use ndarray::{Array1, Array2, Axis, concatenate, s};
use rand::Rng;
use rand::seq::IteratorRandom;
use serde::Deserialize;

use super::{expect, reference};
use crate::common::expected::in_turn;
use crate::common::{check, inputs, recorded};

const NAME: &str = "standardize";

/// The checks, 15 points.
pub fn checks() -> Vec<Check> {
    vec![
        check(
            NAME,
            "fresh features",
            6,
            "x less the mean and divided by the deviation that each feature has in x_train, and a column of ones",
            fresh,
        ),
        check(NAME, "constant features", 4, "x less the mean where all training values are equal", constant),
        check(NAME, "one example", 2, "the right result for a single example, training example or feature", single),
        check(NAME, "recorded features", 2, "the result that was recorded for fixed features", recorded_features),
        check(
            NAME,
            "inputs left alone",
            1,
            "all features as they were before the call, and the right result",
            unchanged,
        ),
    ]
}

/// Arguments of one call.
#[derive(Clone, Deserialize)]
struct Features {
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    x_train: Array2<f64>,
}

impl Features {
    /// Each feature has a mean and a deviation of its own.
    fn fresh(context: &mut Context, (batch, train, features): (usize, usize, usize)) -> Self {
        let random = &mut context.random;
        let means = inputs::normal(random, (1, features), 5.0);
        let deviations = Array1::from_shape_simple_fn(features, || inputs::scale(random));
        let mut draw = |rows: usize| inputs::normal(random, (rows, features), 1.0) * &deviations + &means;
        Self { x: draw(batch), x_train: draw(train) }
    }

    fn expected(&self) -> Array2<f64> {
        reference::standardize(&self.x, &self.x_train)
    }

    fn slips(&self, expected: &Array2<f64>) -> Vec<(&'static str, Array2<f64>)> {
        let Self { x, x_train } = self;
        // Where nothing varies, different mistakes give the same.
        if x_train.columns().into_iter().any(|column| column.iter().all(|&value| value == column[0])) {
            return Vec::new();
        }
        let n = x_train.nrows() as f64;
        let with_ones = |features: Array2<f64>| {
            let ones = Array2::ones((features.nrows(), 1));
            concatenate(Axis(1), &[features.view(), ones.view()]).unwrap_or_default()
        };
        let mean = x_train.mean_axis(Axis(0)).unwrap_or_default();
        let deviation = x_train.std_axis(Axis(0), 0.0);
        let by_own = reference::standardize(x, x);
        let both = concatenate(Axis(0), &[x_train.view(), x.view()]).unwrap_or_default();
        let largest = x_train.fold_axis(Axis(0), f64::MIN, |&a: &f64, &b| a.max(b));
        let smallest = x_train.fold_axis(Axis(0), f64::MAX, |&a: &f64, &b| a.min(b));
        let overall = x_train.std(0.0);
        let features = expected.slice(s![.., ..-1]);
        let ones = expected.slice(s![.., -1..]);
        vec![
            ("what the mean and the deviation of x give; those of x_train are asked for", by_own),
            (
                "what the mean and the deviation of all examples together give; those of x_train are asked for",
                reference::standardize(x, &both),
            ),
            ("right but for the column of ones, which is missing", features.to_owned()),
            (
                "right but for the column of ones, which comes last",
                concatenate(Axis(1), &[ones, features]).unwrap_or_default(),
            ),
            ("right but for the last column, which is one of ones", {
                let mut slip = expected.clone();
                slip.column_mut(x.ncols()).fill(0.0);
                slip
            }),
            (
                "what dividing by n - 1 gives; the deviation divides by n",
                with_ones((x - &mean) / &(&deviation * (n / (n - 1.0)).sqrt())),
            ),
            (
                "what dividing by the square of the deviation gives; the root is missing",
                with_ones((x - &mean) / &(&deviation * &deviation)),
            ),
            ("x less the mean; divide by the deviation too", with_ones(x - &mean)),
            ("x divided by the deviation; subtract the mean first", with_ones(x / &deviation)),
            (
                "x divided by the deviation, less the mean; subtract first, then divide",
                with_ones(x / &deviation - &mean),
            ),
            ("x less the mean, times the deviation; divide by it", with_ones((x - &mean) * &deviation)),
            (
                "what the smallest and the largest value give; mean and deviation are asked for",
                with_ones((x - &smallest) / &(&largest - &smallest)),
            ),
            (
                "what one mean and one deviation of all numbers give; each feature has its own",
                with_ones((x - x_train.mean().unwrap_or(0.0)) / overall),
            ),
            (
                "what the mean and the deviation of each row give; each column has its own",
                with_ones({
                    let mean = x.mean_axis(Axis(1)).unwrap_or_default().insert_axis(Axis(1));
                    let deviation = x.std_axis(Axis(1), 0.0).insert_axis(Axis(1));
                    (x - &mean) / &deviation
                }),
            ),
        ]
    }

    fn hold(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        self.compare(&session.call(&call::standardize(&self.x, &self.x_train))?, &self.expected(), context)
    }

    fn compare(&self, actual: &Array2<f64>, expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        expect(context, "the result", actual, expected, || self.slips(expected))
    }
}

/// What every check with points asks first, in random order, and one of them again.
fn ordinary(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let random = &mut context.random;
    let batch = random.random_range(4..8);
    let sizes = (batch, batch + random.random_range(1..6), random.random_range(3..7));
    let (first, other) = (Features::fresh(context, sizes), Features::fresh(context, sizes));
    let random = &mut context.random;
    let mut all: Vec<_> =
        inputs::look_alikes(random, &first.x).map(|x| Features { x, ..first.clone() }).into_iter().collect();
    all.extend(inputs::look_alikes(random, &first.x_train).map(|x_train| Features { x_train, ..first.clone() }));
    all.push(Features { x: first.x_train.clone(), x_train: first.x_train.clone() });
    all.extend([Features { x: other.x, ..first.clone() }, Features { x_train: other.x_train, ..first.clone() }, first]);
    in_turn(context, all, |features, context| features.hold(session, context)).map_err(|failure| {
        failure.with_hint(
            "for each column: subtract the mean of that column of x_train, and divide by the root of the mean of its squares \
             around it; then append ones",
        )
    })
}

fn fresh(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [(30, 50, 20), (12, 5, 40), (3, 200, 4)] {
        Features::fresh(context, sizes).hold(session, context)?;
    }
    Ok(())
}

fn constant(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [(9, 10, 6), (9, 10, 6), (5, 49, 8)] {
        let mut features = Features::fresh(context, sizes);
        let random = &mut context.random;
        let constant = (0..sizes.2).choose_multiple(random, sizes.2 / 2);
        // A tenth, which no sum of ten gives back exactly, zero, and numbers without an end.
        let values = [0.1, 0.0, random.random_range(1.0..9.0), random.random_range(-300.0..-100.0)];
        for (column, value) in constant.into_iter().zip(values) {
            features.x_train.column_mut(column).fill(value);
        }
        features.hold(session, context).map_err(|failure| {
            failure.with_hint(
                "where all training values of a feature are equal there is nothing to divide by: subtract the mean only. Rounding \
                 may give such a feature a tiny deviation, so compare the values themselves",
            )
        })?;
        // Of one value everywhere, in x too.
        let x = features.x_train.clone();
        Features { x, ..features }.hold(session, context)?;
    }
    Ok(())
}

fn single(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for sizes in [(1, 8, 5), (6, 8, 1), (4, 1, 3), (1, 2, 2), (1, 1, 1)] {
        Features::fresh(context, sizes).hold(session, context).map_err(|failure| {
            failure.with_hint(
                "a single training example has no deviation in any feature; a single x is treated like any other",
            )
        })?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(flatten)]
    features: Features,
    #[serde(deserialize_with = "recorded::matrix")]
    result: Array2<f64>,
}

fn recorded_features(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    for Recorded { features, result } in recorded::read(include_str!("../snapshots/standardize.snap")) {
        let actual = session.call(&call::standardize(&features.x, &features.x_train))?;
        features.compare(&actual, &result, context)?;
    }
    Ok(())
}

fn unchanged(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let features = Features::fresh(context, (5, 9, 4));
    let actual = session.call_watching_inputs(&call::standardize(&features.x, &features.x_train))?;
    features.compare(&actual, &features.expected(), context)
}
