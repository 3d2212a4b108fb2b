//! The hidden checks of assignment `attention`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod captioning;
mod case;
mod decoder;
mod dot_product;
mod encoder;
mod heads;
mod patches;
mod positions;
mod random_net;
mod recorded;
mod vision;

use gradus_question::Check;

use super::reference;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [
        dot_product::forward(),
        dot_product::backward(),
        heads::forward(),
        heads::backward(),
        positions::checks(),
        encoder::forward(),
        encoder::backward(),
        decoder::forward(),
        decoder::backward(),
        patches::checks(),
        captioning::loss(),
        captioning::sample(),
        vision::checks(),
    ]
    .concat()
}
