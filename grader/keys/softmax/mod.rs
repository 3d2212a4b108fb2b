//! Assignment `softmax`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::softmax::Functions;
use gradus_question::Answer;

use crate::Key;

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    softmax_loss: Some(reference::softmax_loss),
    softmax_classifier_loss_naive: Some(reference::softmax_classifier_loss_naive),
    softmax_classifier_loss: Some(reference::softmax_classifier_loss),
    train_softmax: Some(reference::train_softmax),
    predict: Some(reference::predict),
};

/// The key of assignment `softmax`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("softmax"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: samples::DEMO,
    museum: samples::MUSEUM,
};
