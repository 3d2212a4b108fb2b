//! The hidden checks of assignment `features`.
//!
//! Each check with points calls at least twice with inputs of the same shape and compares with the reference on fresh
//! numbers, so that an answer that does not look at its input, or looks once, gets nothing.
// GRADUS-STAFF-ONLY-7c1f4e

mod extraction;
mod gray;
mod hog;
mod hues;
mod images;
mod scaling;
mod slips;
mod tuning;

use gradus_question::Check;

use super::reference;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [gray::checks(), hog::checks(), hues::checks(), extraction::checks(), scaling::checks(), tuning::checks()].concat()
}
