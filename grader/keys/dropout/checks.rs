//! The hidden checks of assignment `dropout`.
//!
//! What an answer drops is its own business, so no mask is known. But what was dropped shows: in outputs as zeros, and in small
//! networks as the one mask out of all possible ones that explains the result. With that mask, everything else is exact. Bounds
//! of what is random are eight standard errors away from what right answers have.
// GRADUS-STAFF-ONLY-7c1f4e

mod backward;
mod forward;
mod loss;
mod masks;
mod max_norm;
mod nets;
mod passes;
mod possible;
mod scores;
mod smoothing;

use gradus_question::Check;

use super::reference;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        forward::checks(),
        backward::checks(),
        scores::checks(),
        loss::checks(),
        passes::checks(),
        max_norm::checks(),
        smoothing::checks(),
    ]
    .concat()
}

/// Said where a check asks for something else first.
const ORDINARY_FIRST: &str = "this check starts from ordinary inputs; get the checks of fresh inputs right first";
/// Said where random numbers do not come from the seed.
const SEED_HINT: &str = "make one generator from the seed, and take every random number from it";
