//! The speed of `compute_distances_no_loops`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Check, Context, Failure, Projection, Session};
use rand::Rng;

use super::REFERENCE;
use super::distances::{Distances, NoLoops, Points, ordinary};
use crate::common::speed::{Race, within_limit};

/// Test examples, training examples, features.
const SIZES: (usize, usize, usize) = (100, 500, 784);

/// The check, 6 points.
pub fn check() -> Check {
    crate::common::speed::check(
        NoLoops::NAME,
        "speed of a matrix product",
        6,
        "the right distances of 100 images from 500, about as fast as a matrix product can give them",
        fast_enough,
    )
}

fn fast_enough(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<NoLoops>(session, context)?;
    let random = &mut context.random;
    let Points { x, x_train } = Points::random(random, SIZES);
    let call = NoLoops::call(&x, &x_train);
    let mut race = Race::new(
        call,
        &REFERENCE,
        "the distances",
        ("x", x.len()),
        |random| {
            let weights = (0..SIZES.0 * SIZES.1).map(|_| random.random_range(0.5..1.5)).collect();
            Projection::WeightedSum(0, weights)
        },
        random,
    );
    within_limit(
        || race.round(session, context),
        || {
            Failure::wrong("takes much longer than a matrix product does").with_hint(
                "write the square as x^2 + y^2 - 2 x y: the products of all pairs are x.dot(&x_train.t()), and no array needs \
                 more than two axes",
            )
        },
    )
}
