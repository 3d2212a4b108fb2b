//! The speed of the affine layer's passes.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::two_layer_net::call;
use gradus_question::{Call, Check, Context, Failure, Projection, Session};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::REFERENCE;
use super::affine::{Inputs, ordinary_backward, ordinary_forward};
use crate::common::speed::{Race, check, within_limit};

/// 128 examples of 768 features.
const SHAPE: [usize; 2] = [128, 768];
const OUTPUTS: usize = 128;

/// A check of speed.
pub fn of(
    function: &'static str,
    points: u32,
    expectation: &'static str,
    run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
) -> Check {
    check(function, "speed of matrix products", points, expectation, run)
}

/// The check of `affine_forward`.
pub fn forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let inputs = Inputs::random(&mut context.random, &SHAPE, OUTPUTS);
    let mut forward = race(call::affine_forward(&inputs.x, &inputs.w, &inputs.b), 0, SHAPE[0] * OUTPUTS, context);
    within_limit(
        || forward.round(session, context),
        || too_slow("replace the loops over examples, features and outputs by rows.dot(w)"),
    )
}

/// The check of `affine_backward`. A call of it runs the forward pass first, whose time is taken off, so that a slow
/// forward pass does not cost points twice.
pub fn backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let inputs = Inputs::random(&mut context.random, &SHAPE, OUTPUTS);
    let Inputs { x, w, b, dout } = &inputs;
    let mut forward = race(call::affine_forward(x, w, b), 0, SHAPE[0] * OUTPUTS, context);
    let mut both = race(call::affine_backward(x, w, b, dout), 1, w.len(), context);
    within_limit(
        || {
            let forward = forward.round(session, context)?;
            Ok(both.round(session, context)? - forward)
        },
        || too_slow("replace the loops over examples, features and outputs by dout.dot(&w.t()) and rows.t().dot(dout)"),
    )
}

fn too_slow(hint: &str) -> Failure {
    Failure::wrong("takes much longer than matrix products do").with_hint(hint)
}

/// Looks at a weighted sum of part `part` of the result, which has `count` numbers.
fn race<R>(call: Call<R>, part: usize, count: usize, context: &mut Context) -> Race<'static, R> {
    let weighted_sum = |random: &mut ChaCha8Rng| {
        let weights = (0..count).map(|_| random.random_range(-1.0..1.0)).collect();
        Projection::WeightedSum(part, weights)
    };
    let what = "sums of the results";
    Race::new(call, &REFERENCE, what, ("x", SHAPE[0] * SHAPE[1]), weighted_sum, &mut context.random)
}
