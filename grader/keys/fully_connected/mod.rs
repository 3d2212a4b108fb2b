//! Assignment `fully_connected`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
#[expect(clippy::too_many_arguments, reason = "Adam and training have as many")]
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::fully_connected::Functions;
use gradus_question::Answer;

use crate::Key;
use reference::{adam, fully_connected_loss, initialise, rmsprop, scores, sgd_momentum, train};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    initialise: Some(initialise),
    scores: Some(scores),
    fully_connected_loss: Some(fully_connected_loss),
    sgd_momentum: Some(sgd_momentum),
    rmsprop: Some(rmsprop),
    adam: Some(adam),
    train: Some(train),
};

/// The key of assignment `fully_connected`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("fully_connected"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
