//! The speed of the backward passes of batch normalisation.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use gradus_assignments::batchnorm::{Functions, Mode};

use super::REFERENCE;
use super::backward::{Pass, ordinary_backward};
use super::inputs::Inputs;
use crate::common::speed::{Race, check, within_limit};

/// 1024 examples of 512 features: a column's numbers lie 4 KiB apart, and more memory than a core has near.
const SHAPE: (usize, usize) = (1024, 512);
const COUNT: usize = SHAPE.0 * SHAPE.1;
/// Rounds before the first that counts: a backward pass takes milliseconds, and a busy machine may take as many away.
const ROUNDS_BEFORE: usize = 2;

/// What both passes run against: the short way, so that a loop over columns is far off either way.
static SHORT: Functions = Functions { batchnorm_backward: REFERENCE.batchnorm_backward_alt, ..REFERENCE };

/// A check of speed.
pub fn of(
    function: &'static str,
    points: u32,
    run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
) -> Check {
    let expectation = "the right gradients, about as fast as operators on whole arrays can give them";
    check(function, "speed of whole arrays", points, expectation, run)
}

/// A call of a backward pass runs the forward pass first, whose time is taken off, so that a slow forward pass costs nothing.
pub fn hold(session: &mut Session<'_>, context: &mut Context, pass: Pass) -> Result<(), Failure> {
    ordinary_backward(session, context, pass)?;
    // As in the worker. Otherwise most of the time goes into new memory for each result of an operator.
    gradus_nn::keep_freed_memory();
    let inputs = Inputs::random(&mut context.random, SHAPE);
    let mut forward = race(inputs.batchnorm(Mode::Train), context);
    let mut both = race(inputs.backward(pass), context);
    for _ in 0..ROUNDS_BEFORE {
        forward.round(session, context)?;
        both.round(session, context)?;
    }
    within_limit(
        || {
            let forward = forward.round(session, context)?;
            Ok(both.round(session, context)? - forward)
        },
        || {
            Failure::wrong("takes much longer than operators on whole arrays do").with_hint(
                "replace the loops over columns by operators on whole arrays and sum_axis(Axis(0)), which go along the rows",
            )
        },
    )
}

/// Looks at a weighted sum of the first part of the result: out, or dx.
fn race<R>(call: Call<R>, context: &mut Context) -> Race<'static, R> {
    let weighted_sum = |random: &mut ChaCha8Rng| {
        Projection::WeightedSum(0, (0..COUNT).map(|_| random.random_range(-1.0..1.0)).collect())
    };
    Race::new(call, &SHORT, "sums of the results", ("x", COUNT), weighted_sum, &mut context.random)
}
