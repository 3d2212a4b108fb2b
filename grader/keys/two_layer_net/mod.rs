//! Assignment `two_layer_net`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
#[expect(clippy::too_many_arguments, reason = "training has as many")]
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::two_layer_net::{Functions, answer};
use gradus_question::Answer;

use crate::Key;
use reference::{affine_backward, affine_forward, predict, relu_backward, relu_forward, train, two_layer_net_loss};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    affine_forward: Some(answer!(affine_forward)),
    affine_backward: Some(answer!(affine_backward)),
    relu_forward: Some(answer!(relu_forward)),
    relu_backward: Some(answer!(relu_backward)),
    two_layer_net_loss: Some(two_layer_net_loss),
    train: Some(train),
    predict: Some(predict),
};

/// The key of assignment `two_layer_net`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("two_layer_net"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
