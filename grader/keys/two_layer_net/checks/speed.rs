//! The speed of the affine layer's passes, as a ratio to the reference on the same machine at the same time.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_assignments::two_layer_net::call;
use gradus_question::{Call, Check, Context, Failure, Local, Perturbation, Projection, Session};
use ndarray::Array1;
use rand::Rng;

use super::REFERENCE;
use super::affine::{Inputs, ordinary_backward, ordinary_forward};
use crate::common::check;
use crate::common::expected::close_to;

/// How many times as long as the reference an answer may take; the key's README has the measurements.
const LIMIT: f64 = 4.0;
/// Evaluations in one message, so that the transport of the arrays weighs little.
const EVALUATIONS: usize = 4;
/// Other work on the machine can slow a round down, but not speed it up; the best of several counts.
const ROUNDS: usize = 3;
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
    let check = check(function, "speed of matrix products", points, expectation, run);
    Check { patience: Duration::from_secs(20), ..check }
}

/// The check of `affine_forward`.
pub fn forward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_forward(session, context)?;
    let inputs = Inputs::random(&mut context.random, &SHAPE, OUTPUTS);
    let mut forward = Race::new(call::affine_forward(&inputs.x, &inputs.w, &inputs.b), 0, SHAPE[0] * OUTPUTS, context);
    for _ in 0..ROUNDS {
        forward.round(session, context)?;
        if forward.yours <= LIMIT * forward.reference {
            return Ok(());
        }
    }
    Err(too_slow("replace the loops over examples, features and outputs by rows.dot(w)"))
}

/// The check of `affine_backward`. A call of it runs the forward pass first, whose time is taken off, so that a slow
/// forward pass does not cost points twice.
pub fn backward(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary_backward(session, context)?;
    let inputs = Inputs::random(&mut context.random, &SHAPE, OUTPUTS);
    let Inputs { x, w, b, dout } = &inputs;
    let mut forward = Race::new(call::affine_forward(x, w, b), 0, SHAPE[0] * OUTPUTS, context);
    let mut both = Race::new(call::affine_backward(x, w, b, dout), 1, w.len(), context);
    for _ in 0..ROUNDS {
        forward.round(session, context)?;
        both.round(session, context)?;
        if both.yours - forward.yours <= LIMIT * (both.reference - forward.reference) {
            return Ok(());
        }
    }
    Err(too_slow("replace the loops over examples, features and outputs by dout.dot(&w.t()) and rows.t().dot(dout)"))
}

// The ratio differs from run to run, so it stays out of the report.
fn too_slow(hint: &str) -> Failure {
    Failure::wrong("takes much longer than matrix products do").with_hint(hint)
}

/// One call, timed here and there.
struct Race<R> {
    call: Call<R>,
    perturbation: Perturbation,
    /// The best time so far, in seconds.
    yours: f64,
    reference: f64,
}

impl<R> Race<R> {
    /// Looks at a weighted sum of part `part` of the result, which has `count` numbers.
    fn new(call: Call<R>, part: usize, count: usize, context: &mut Context) -> Self {
        let random = &mut context.random;
        // Each evaluation has its own x, so that none can be answered from memory.
        let changes = (0..EVALUATIONS)
            .map(|_| (random.random_range(0..SHAPE[0] * SHAPE[1]), random.random_range(1.0..2.0)))
            .collect();
        let weights = (0..count).map(|_| random.random_range(-1.0..1.0)).collect();
        let perturbation = Perturbation { argument: "x", changes, projection: Projection::WeightedSum(part, weights) };
        Self { call, perturbation, yours: f64::INFINITY, reference: f64::INFINITY }
    }

    fn round(&mut self, session: &mut Session<'_>, context: &Context) -> Result<(), Failure> {
        let mut local = Local::new(&REFERENCE);
        let mut reference = Session::new(&mut local);
        let (expected, time) = reference.perturb_and_time(&self.call, self.perturbation.clone())?;
        self.reference = self.reference.min(time.as_secs_f64());
        let (actual, time) = session.perturb_and_time(&self.call, self.perturbation.clone())?;
        self.yours = self.yours.min(time.as_secs_f64());
        let (actual, expected) = (Array1::from_vec(actual), Array1::from_vec(expected));
        context.expect_array("sums of the results", &actual, &expected, close_to(expected.iter().copied()), &[])
    }
}
