//! The hidden checks of assignment `batchnorm`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod backward;
mod batch;
mod inputs;
mod layer;
mod network;
mod numpy;
mod random_net;
mod recorded;
mod scores;
mod training;

use gradus_question::Check;

use super::reference;
pub use batch::the_tolerance_far_from_zero_is_fair;
pub use training::the_bounds_of_training_are_fair;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        batch::checks(),
        backward::checks_of_long(),
        backward::checks_of_short(),
        layer::checks(),
        backward::checks_of_layer(),
        network::checks(),
        scores::checks(),
    ]
    .concat()
}

/// Said where a check asks for something else first.
const ORDINARY_FIRST: &str = "this check starts from ordinary inputs; get the checks of fresh inputs right first";
