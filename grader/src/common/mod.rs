//! What the hidden checks of all assignments have in common: fresh inputs, what a loss and its gradient should be, and
//! recorded cases, speed.
// GRADUS-STAFF-ONLY-7c1f4e

pub mod expected;
pub mod fully_connected;
pub mod gradients;
pub mod inputs;
pub mod recorded;
pub mod speed;
pub mod training;

use std::time::Duration;

use gradus_question::{Check, Context, Failure, Session, Visibility};

/// A hidden check of `function`.
pub fn check(
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
