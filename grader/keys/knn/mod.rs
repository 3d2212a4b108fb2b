//! Assignment `knn`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::knn::Functions;
use gradus_question::Answer;

use crate::Key;

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    compute_distances_two_loops: Some(reference::compute_distances_two_loops),
    compute_distances_one_loop: Some(reference::compute_distances_one_loop),
    compute_distances_no_loops: Some(reference::compute_distances_no_loops),
    predict_labels: Some(reference::predict_labels),
    cross_validate: Some(reference::cross_validate),
};

/// The key of assignment `knn`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("knn"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
