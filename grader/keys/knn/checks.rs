//! The hidden checks of assignment `knn`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod cross_validation;
mod distances;
mod prediction;
mod slips;
mod speed;

use gradus_question::Check;

use super::{REFERENCE, reference};

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        distances::checks::<distances::TwoLoops>(),
        distances::checks::<distances::OneLoop>(),
        distances::checks::<distances::NoLoops>(),
        vec![speed::check()],
        prediction::checks(),
        cross_validation::checks(),
    ]
    .concat()
}
