//! Assignment `svm`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
#[expect(clippy::too_many_arguments, reason = "a search has as many")]
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::svm::Functions;
use gradus_question::Answer;

use crate::Key;

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    svm_loss: Some(reference::svm_loss),
    svm_classifier_loss_naive: Some(reference::svm_classifier_loss_naive),
    svm_classifier_loss: Some(reference::svm_classifier_loss),
    train_svm: Some(reference::train_svm),
    predict: Some(reference::predict),
    search: Some(reference::search),
};

/// The key of assignment `svm`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("svm"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
