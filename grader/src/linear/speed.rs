//! The speed of a vectorised loss.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::Array2;
use rand::Rng;

use super::Linear;
use super::classifier::{Classifier, ordinary};
use crate::common::inputs;
use crate::common::speed::{Race, check, within_limit};

/// The check, 5 points.
pub fn speed<F: Classifier>() -> Check {
    check(
        F::NAME,
        "speed of matrix products",
        5,
        "the right loss of 500 images of 3073 numbers, about as fast as two matrix products can give it",
        fast_enough::<F>,
    )
}

fn fast_enough<F: Classifier>(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary::<F>(session, context)?;
    let random = &mut context.random;
    let x = Array2::from_shape_simple_fn((500, 3073), || random.random_range(-1.0..1.0));
    let w = inputs::normal(random, (3073, 10), 0.02);
    let y = inputs::labels(random, 500, 10);
    let call = F::call(&w, &x, &y, 1e-3);
    let mut race = Race::new(call, F::Of::answers(), "the losses", ("w", w.len()), |_| Projection::Number(0), random);
    within_limit(
        || race.round(session, context),
        || {
            Failure::wrong("takes much longer than matrix products do")
                .with_hint("replace the loops over examples, features and classes by x.dot(w) and x.t().dot(dscores)")
        },
    )
}
