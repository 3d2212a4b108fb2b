//! The hidden checks of assignment `fully_connected`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod descent;
mod initialise;
mod network;
mod random_net;
mod rules;
mod scores;
mod speed;
mod step;
mod training;

use gradus_question::Check;

use super::reference;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        initialise::checks(),
        scores::checks(),
        network::checks(),
        rules::sgd_momentum(),
        rules::rmsprop(),
        rules::adam(),
        training::checks(),
    ]
    .concat()
}

/// Said where a check asks for something else first.
const ORDINARY_FIRST: &str = "this check starts from ordinary inputs; get the checks of fresh inputs right first";
