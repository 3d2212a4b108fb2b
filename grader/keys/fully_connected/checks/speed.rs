//! The speed of the network's loss.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::fully_connected::{FullyConnectedNet, Functions};
use gradus_question::{Check, Context, Failure, Projection, Session};
use ndarray::{Array1, ArrayD};

use super::network::{Inputs, ordinary};
use super::random_net::plain_gradients;
use crate::common::fully_connected::Sizes;
use crate::common::speed::{Race, check, within_limit};

/// Examples, and three layers of many units.
const BATCH: usize = 128;
const STAGES: [usize; 4] = [256, 192, 192, 10];

/// What an answer runs against: nothing but ndarray's products, so that whoever does not use the library's layers has the
/// same chance as who does.
static PLAIN: Functions = Functions {
    initialise: None,
    scores: None,
    fully_connected_loss: Some(plain_loss),
    sgd_momentum: None,
    rmsprop: None,
    adam: None,
    train: None,
};

/// A check of speed.
pub fn of(
    function: &'static str,
    points: u32,
    expectation: &'static str,
    run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
) -> Check {
    check(function, "speed of matrix products", points, expectation, run)
}

/// The check of `fully_connected_loss`.
pub fn loss(session: &mut Session<'_>, context: &mut Context) -> Result<(), Failure> {
    ordinary(session, context)?;
    let inputs = Inputs::regularised(&mut context.random, &Sizes::of(BATCH, &STAGES));
    let argument = ("x", BATCH * STAGES[0]);
    let projection = |_: &mut _| Projection::Number(0);
    let mut race = Race::new(inputs.call(), &PLAIN, "the losses", argument, projection, &mut context.random);
    within_limit(
        || race.round(session, context),
        || {
            Failure::wrong("takes much longer than matrix products do").with_hint(
                "use the library's layers, or products of whole matrices in place of loops over examples and units",
            )
        },
    )
}

fn plain_loss(net: &FullyConnectedNet, x: &ArrayD<f64>, y: &Array1<usize>, reg: f64) -> (f64, FullyConnectedNet) {
    let (mut loss, mut gradients) = plain_gradients(net, x, y, false);
    for (gradient, layer) in gradients.layers.iter_mut().zip(&net.layers) {
        loss += 0.5 * reg * layer.w.iter().map(|weight| weight * weight).sum::<f64>();
        gradient.w.scaled_add(reg, &layer.w);
    }
    (loss, gradients)
}
