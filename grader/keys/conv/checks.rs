//! The hidden checks of assignment `conv`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod batchnorm;
mod convolution;
mod gradients;
mod groupnorm;
mod network;
mod pooling;
mod random_net;
mod recorded;
mod sets;

use gradus_check::compare;
use gradus_question::Check;
use ndarray::{Array, Dimension};

use super::reference;
use crate::common::expected::close_to;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        convolution::forward(),
        gradients::checks(),
        pooling::forward(),
        pooling::backward(),
        network::checks(),
        batchnorm::forward(),
        batchnorm::backward(),
        groupnorm::forward(),
        groupnorm::backward(),
    ]
    .concat()
}

/// Said where a check asks for something else first.
const ORDINARY_FIRST: &str = "this check starts from ordinary inputs; get the checks of fresh inputs right first";

/// Whether a result is right. What slips would give is worked out only for one that is not: that takes many times as long.
fn agree<D: Dimension>(found: &Array<f64, D>, expected: &Array<f64, D>) -> bool {
    compare(found, expected, close_to(expected.iter().copied())).is_ok()
}
