//! The speed of `compute_distances_no_loops`, as a ratio to the reference on the same machine at the same time.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_question::{Check, Context, Failure, Local, Perturbation, Projection, Session};
use ndarray::Array1;
use rand::Rng;

use super::REFERENCE;
use super::distances::{Distances, NoLoops, Points, ordinary};
use crate::common::expected::close_to;

/// How many times as long as the reference an answer may take; the key's README has the measurements.
const LIMIT: f64 = 4.0;
/// Evaluations in one message, so that the transport of 4 MB weighs little.
const EVALUATIONS: usize = 4;
/// Other work on the machine can slow a round down, but not speed it up; the best of several counts.
const ROUNDS: usize = 3;
/// Test examples, training examples, features.
const SIZES: (usize, usize, usize) = (100, 500, 784);

/// The check, 6 points.
pub fn check() -> Check {
    let check = crate::common::check(
        NoLoops::NAME,
        "speed of a matrix product",
        6,
        "the right distances of 100 images from 500, about as fast as a matrix product can give them",
        fast_enough,
    );
    Check { patience: Duration::from_secs(20), ..check }
}

fn fast_enough(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<NoLoops>(session, context)?;
    let random = &mut context.random;
    let Points { x, x_train } = Points::random(random, SIZES);
    let call = NoLoops::call(&x, &x_train);
    // Each evaluation has its own test examples, so that none can be answered from memory.
    let changes: Vec<_> =
        (0..EVALUATIONS).map(|_| (random.random_range(0..x.len()), random.random_range(1.0..2.0))).collect();
    let weights: Vec<f64> = (0..SIZES.0 * SIZES.1).map(|_| random.random_range(0.5..1.5)).collect();
    let sums = || Perturbation {
        argument: "x",
        changes: changes.clone(),
        projection: Projection::WeightedSum(0, weights.clone()),
    };

    let mut local = Local::new(&REFERENCE);
    let mut reference = Session::new(&mut local);
    let (mut fastest, mut fastest_reference) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let (expected, time) = reference.perturb_and_time(&call, sums())?;
        fastest_reference = fastest_reference.min(time);
        let (actual, time) = session.perturb_and_time(&call, sums())?;
        fastest = fastest.min(time);
        let (actual, expected) = (Array1::from_vec(actual), Array1::from_vec(expected));
        context.expect_array("the distances", &actual, &expected, close_to(expected.iter().copied()), &[])?;
        if fastest.as_secs_f64() <= LIMIT * fastest_reference.as_secs_f64() {
            return Ok(());
        }
    }
    // The ratio differs from run to run, so it stays out of the report.
    Err(Failure::wrong("takes much longer than a matrix product does").with_hint(
        "write the square as x^2 + y^2 - 2 x y: the products of all pairs are x.dot(&x_train.t()), and no array needs more \
         than two axes",
    ))
}
