//! The hidden checks of assignment `two_layer_net`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod affine;
mod network;
mod prediction;
mod random_net;
mod relu;
mod speed;
mod training;

use gradus_question::Check;

use super::{REFERENCE, reference};

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        affine::forward(),
        affine::backward(),
        relu::forward(),
        relu::backward(),
        network::checks(),
        training::checks(),
        prediction::checks(),
    ]
    .concat()
}

/// Said where a check asks for something else first.
const ORDINARY_FIRST: &str = "this check starts from ordinary inputs; get the checks of fresh inputs right first";
