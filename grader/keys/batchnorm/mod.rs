//! Assignment `batchnorm`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::batchnorm::{Functions, answer};
use gradus_question::Answer;

pub use checks::{the_bounds_of_training_are_fair, the_tolerance_far_from_zero_is_fair};

use crate::Key;
use reference::{
    batchnorm_backward, batchnorm_backward_alt, batchnorm_forward, fully_connected_loss, layernorm_backward,
    layernorm_forward, scores,
};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    batchnorm_forward: Some(answer!(batchnorm_forward)),
    batchnorm_backward: Some(answer!(batchnorm_backward)),
    batchnorm_backward_alt: Some(answer!(batchnorm_backward_alt)),
    layernorm_forward: Some(answer!(layernorm_forward)),
    layernorm_backward: Some(answer!(layernorm_backward)),
    fully_connected_loss: Some(fully_connected_loss),
    scores: Some(scores),
};

/// The key of assignment `batchnorm`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("batchnorm"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
