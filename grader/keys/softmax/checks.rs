//! The hidden checks of assignment `softmax`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod classifier;
mod expected;
mod inputs;
mod predict;
mod recorded;
mod softmax_loss;
mod speed;
mod train;
mod train_on_images;

use std::time::Duration;

use gradus_question::{Check, Context, Failure, Session, Visibility};

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        softmax_loss::checks(),
        classifier::checks::<classifier::Naive>(),
        classifier::checks::<classifier::Vectorised>(),
        vec![speed::check()],
        train::checks(),
        train_on_images::checks(),
        predict::checks(),
    ]
    .concat()
}

/// A hidden check of `function`.
fn check(
    function: &'static str,
    name: &'static str,
    points: u32,
    expectation: &'static str,
    run: fn(&mut Session<'_>, &mut Context) -> Result<(), Failure>,
) -> Check {
    // Each call takes milliseconds; the rest is for a busy machine.
    let patience = Duration::from_secs(2);
    Check { function, name, expectation, points, visibility: Visibility::Hidden, patience, run }
}
