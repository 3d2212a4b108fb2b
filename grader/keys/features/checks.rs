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

use gradus_check::compare;
use gradus_question::{Check, Context, Failure};
use ndarray::{Array, Dimension};

use super::reference;
use crate::common::expected::close_to;

/// All of them, in the order of the questions.
pub fn hidden() -> Vec<Check> {
    [gray::checks(), hog::checks(), hues::checks(), extraction::checks(), scaling::checks(), tuning::checks()].concat()
}

/// Expects an array; what typical mistakes give is worked out only where it is wrong, since that takes longer.
fn expect<D: Dimension>(
    context: &Context,
    what: &str,
    actual: &Array<f64, D>,
    expected: &Array<f64, D>,
    slips: impl FnOnce() -> Vec<(&'static str, Array<f64, D>)>,
) -> Result<(), Failure> {
    let tolerance = close_to(expected.iter().copied());
    if compare(actual, expected, tolerance).is_ok() {
        return Ok(());
    }
    let slips = slips();
    let slips: Vec<_> = slips.iter().map(|(words, slip)| (*words, slip)).collect();
    context.expect_array(what, actual, expected, tolerance, &slips)
}
