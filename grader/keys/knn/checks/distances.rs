//! Checks of the three functions that compute distances, which ask the same of each.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::knn::call;
use gradus_check::Tolerance;
use gradus_question::{Call, Check, Context, Failure, Session};
use ndarray::{Array2, Axis, concatenate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

use super::{reference, slips};
use crate::common::expected::in_turn;
use crate::common::{check, inputs, recorded};

/// One of the three functions.
pub trait Distances {
    const NAME: &'static str;
    /// Points of each check, in their order.
    const POINTS: [u32; 6] = [8, 2, 1, 1, 2, 1];
    fn call(x: &Array2<f64>, x_train: &Array2<f64>) -> Call<Array2<f64>>;
}

pub struct TwoLoops;

impl Distances for TwoLoops {
    const NAME: &'static str = "compute_distances_two_loops";
    fn call(x: &Array2<f64>, x_train: &Array2<f64>) -> Call<Array2<f64>> {
        call::compute_distances_two_loops(x, x_train)
    }
}

pub struct OneLoop;

impl Distances for OneLoop {
    const NAME: &'static str = "compute_distances_one_loop";
    fn call(x: &Array2<f64>, x_train: &Array2<f64>) -> Call<Array2<f64>> {
        call::compute_distances_one_loop(x, x_train)
    }
}

pub struct NoLoops;

impl Distances for NoLoops {
    const NAME: &'static str = "compute_distances_no_loops";
    const POINTS: [u32; 6] = [9, 3, 2, 2, 2, 1];
    fn call(x: &Array2<f64>, x_train: &Array2<f64>) -> Call<Array2<f64>> {
        call::compute_distances_no_loops(x, x_train)
    }
}

/// The checks without that of speed: 15 points, or 19.
pub fn checks<D: Distances>() -> Vec<Check> {
    let [fresh_points, identical_points, far_points, recorded_points, single_points, unchanged_points] = D::POINTS;
    let check = |name, points, expectation, run| check(D::NAME, name, points, expectation, run);
    vec![
        check(
            "distances of fresh points",
            fresh_points,
            "the Euclidean distance between each test and each training example",
            fresh::<D>,
        ),
        check(
            "identical points",
            identical_points,
            "0, up to rounding, where a test example is also a training example, and never NaN",
            identical::<D>,
        ),
        check(
            "points far from the origin",
            far_points,
            "the right distances where the points lie much further from the origin than from each other",
            far::<D>,
        ),
        check(
            "recorded points",
            recorded_points,
            "the distances that were recorded for fixed points",
            recorded_points_of::<D>,
        ),
        check("one example, one feature", single_points, "the right distances when an axis has length 1", single::<D>),
        check(
            "inputs left alone",
            unchanged_points,
            "all points as they were before the call, and the right distances",
            unchanged::<D>,
        ),
    ]
}

/// Test points (test, features) and training points (train, features).
#[derive(Clone)]
pub struct Points {
    pub x: Array2<f64>,
    pub x_train: Array2<f64>,
}

/// What a square may be off, as a share of the lengths of the two points, squared: a hundred times what `x^2 + y^2 - 2 x y`
/// loses in `f64` with thousands of features, and far below what single precision does.
const ROUNDING: f64 = 1e-12;

impl Points {
    pub fn random(random: &mut ChaCha8Rng, (test, train, features): (usize, usize, usize)) -> Self {
        let scale = inputs::scale(random);
        Self {
            x: inputs::normal(random, (test, features), scale),
            x_train: inputs::normal(random, (train, features), scale),
        }
    }

    fn hold<D: Distances>(&self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let expected = reference::compute_distances_two_loops(&self.x, &self.x_train);
        self.compare(session.call(&D::call(&self.x, &self.x_train))?, &expected, context)
    }

    fn compare(&self, actual: Array2<f64>, expected: &Array2<f64>, context: &Context) -> Result<(), Failure> {
        let slips = slips::of_distances(&self.x, &self.x_train);
        let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
        let hint = hint_of_size(&actual, expected);
        let actual = self.without_rounding(actual, expected);
        context
            .expect_array("the distances", &actual, expected, Tolerance::exact(), &slips)
            .map_err(|failure| failure.with_hint(hint))
    }

    /// `actual`, with the expected number wherever the two are the same but for rounding, in whatever order the square was
    /// worked out.
    fn without_rounding(&self, mut actual: Array2<f64>, expected: &Array2<f64>) -> Array2<f64> {
        if actual.dim() != expected.dim() {
            return actual;
        }
        let length = |points: &Array2<f64>| points.map_axis(Axis(1), |row| row.dot(&row));
        let (lengths, train_lengths) = (length(&self.x), length(&self.x_train));
        for ((i, j), distance) in actual.indexed_iter_mut() {
            let right = expected[[i, j]];
            let square_off = (*distance * *distance - right * right).abs();
            let is_near =
                (*distance - right).abs() <= 1e-9 * right || square_off <= ROUNDING * (lengths[i] + train_lengths[j]);
            if *distance >= 0.0 && is_near {
                *distance = right;
            }
        }
        actual
    }

    /// Points of one shape, any two of them alike in some respect.
    fn look_alikes(context: &mut Context) -> Vec<Self> {
        let sizes = ordinary_sizes(context);
        let random = &mut context.random;
        let (first, other) = (Self::random(random, sizes), Self::random(random, sizes));
        let mut all = vec![
            Self { x: other.x.clone(), ..first.clone() },
            Self { x_train: other.x_train.clone(), ..first.clone() },
            first.clone(),
        ];
        all.extend(inputs::look_alikes(random, &first.x).map(|x| Self { x, ..first.clone() }));
        all.extend(inputs::look_alikes(random, &first.x_train).map(|x_train| Self { x_train, ..first.clone() }));
        all
    }
}

/// A hint that does not need to know the mistake.
fn hint_of_size(actual: &Array2<f64>, expected: &Array2<f64>) -> &'static str {
    if actual.iter().any(|distance| distance.is_nan()) {
        "the root of a negative number is NaN, and so is 0 / 0: either a part of the square is missing or has the wrong sign, or \
         rounding took it below 0, where 0 should stand"
    } else if gradus_check::compare(actual, expected, Tolerance::single()).is_ok() {
        "the distances are right to a few digits only: f64 has sixteen, f32 has seven"
    } else {
        FORMULA
    }
}

const FORMULA: &str = "at [i, j] stands the root of the sum of (x[i, d] - x_train[j, d])^2 over the features d, for each test \
                       example i and each training example j";

/// More than one of everything, and more training than test examples.
fn ordinary_sizes(context: &mut Context) -> (usize, usize, usize) {
    let random = &mut context.random;
    let test = random.random_range(4..9);
    (test, test + random.random_range(1..6), random.random_range(3..9))
}

/// What every check with points asks first, in random order, and one of them again.
pub fn ordinary<D: Distances>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let all = Points::look_alikes(context);
    in_turn(context, all, |points, context| {
        points.hold::<D>(session, context).map_err(|failure| {
            failure.with_hint("this check starts from ordinary points, as that of fresh points does")
        })
    })
}

fn fresh<D: Distances>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    let mut all = Points::look_alikes(context);
    for sizes in [(20, 35, 10), (30, 12, 5), (3, 4, 300), ordinary_sizes(context)] {
        all.push(Points::random(&mut context.random, sizes));
    }
    // A panic has no hint yet.
    in_turn(context, all, |points, context| points.hold::<D>(session, context))
        .map_err(|failure| failure.with_hint(FORMULA))
}

fn identical<D: Distances>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<D>(session, context)?;
    for _ in 0..2 {
        // Many, since rounding takes only some squares below 0.
        let Points { x, x_train } = Points::random(&mut context.random, (5, 60, 64));
        let x = concatenate![Axis(0), x_train.select(Axis(0), &(10..60).rev().collect::<Vec<_>>()), x];
        Points { x, x_train }.hold::<D>(session, context)?;
    }
    Ok(())
}

fn far<D: Distances>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<D>(session, context)?;
    for sizes in [(12, 20, 9), (12, 20, 9), (5, 8, 200)] {
        let random = &mut context.random;
        let Points { x, x_train } = Points::random(random, sizes);
        let offset = random.random_range(100.0..300.0) * x.std(0.0);
        Points { x: x + offset, x_train: x_train + offset }.hold::<D>(session, context)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(deserialize_with = "recorded::matrix")]
    x: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    x_train: Array2<f64>,
    #[serde(deserialize_with = "recorded::matrix")]
    distances: Array2<f64>,
}

fn recorded_points_of<D: Distances>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<D>(session, context)?;
    for Recorded { x, x_train, distances } in recorded::read(include_str!("../snapshots/distances.snap")) {
        let actual = session.call(&D::call(&x, &x_train))?;
        Points { x, x_train }.compare(actual, &distances, context)?;
    }
    Ok(())
}

fn single<D: Distances>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<D>(session, context)?;
    let (test, train, features) = ordinary_sizes(context);
    for sizes in [(1, train, features), (test, 1, features), (test, train, 1), (1, 1, features), (1, 1, 1)] {
        Points::random(&mut context.random, sizes).hold::<D>(session, context).map_err(|failure| {
            failure.with_hint(
                "the rows of x and of x_train may be one, and so may their columns: nothing is special about that",
            )
        })?;
    }
    Ok(())
}

fn unchanged<D: Distances>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<D>(session, context)?;
    let sizes = ordinary_sizes(context);
    let points = Points::random(&mut context.random, sizes);
    let actual = session.call_watching_inputs(&D::call(&points.x, &points.x_train))?;
    points.compare(actual, &reference::compute_distances_two_loops(&points.x, &points.x_train), context)
}
