//! The speed of a vectorised loss, as a ratio to the reference on the same machine at the same time.
// GRADUS-STAFF-ONLY-7c1f4e

use std::time::Duration;

use gradus_question::{Check, Context, Failure, Local, Perturbation, Projection, Session};
use ndarray::{Array1, Array2};
use rand::Rng;

use super::Linear;
use super::classifier::{Classifier, ordinary};
use crate::common::expected::close_to;
use crate::common::{check, inputs};

/// How many times as long as the reference an answer may take; the keys' READMEs have the measurements.
const LIMIT: f64 = 4.0;
/// Evaluations in one message, so that the transport of 12 MB weighs little.
const EVALUATIONS: usize = 4;
/// Other work on the machine can slow a round down, but not speed it up; the best of several counts.
const ROUNDS: usize = 3;

/// The check, 5 points.
pub fn speed<F: Classifier>() -> Check {
    let check = check(
        F::NAME,
        "speed of matrix products",
        5,
        "the right loss of 500 images of 3073 numbers, about as fast as two matrix products can give it",
        fast_enough::<F>,
    );
    Check { patience: Duration::from_secs(20), ..check }
}

fn fast_enough<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let random = &mut context.random;
    let x = Array2::from_shape_simple_fn((500, 3073), || random.random_range(-1.0..1.0));
    let w = inputs::normal(random, (3073, 10), 0.02);
    let y = inputs::labels(random, 500, 10);
    let call = F::call(&w, &x, &y, 1e-3);
    // Each evaluation has its own weights, so that none can be answered from memory.
    let changes: Vec<_> =
        (0..EVALUATIONS).map(|_| (random.random_range(0..w.len()), random.random_range(1.0..2.0))).collect();
    let losses = || Perturbation { argument: "w", changes: changes.clone(), projection: Projection::Number(0) };

    let mut local = Local::new(F::Of::answers());
    let mut reference = Session::new(&mut local);
    let (mut fastest, mut fastest_reference) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let (expected, time) = reference.perturb_and_time(&call, losses())?;
        fastest_reference = fastest_reference.min(time);
        let (actual, time) = session.perturb_and_time(&call, losses())?;
        fastest = fastest.min(time);
        let (actual, expected) = (Array1::from_vec(actual), Array1::from_vec(expected));
        context.expect_array("the losses", &actual, &expected, close_to(expected.iter().copied()), &[])?;
        if fastest.as_secs_f64() <= LIMIT * fastest_reference.as_secs_f64() {
            return Ok(());
        }
    }
    // The ratio differs from run to run, so it stays out of the report.
    Err(Failure::wrong("takes much longer than matrix products do")
        .with_hint("replace the loops over examples, features and classes by x.dot(w) and x.t().dot(dscores)"))
}
