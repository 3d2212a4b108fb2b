//! Assignment `dropout`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::dropout::{Functions, answer};
use gradus_question::Answer;

use crate::Key;
use reference::{
    dropout_backward, dropout_forward, fully_connected_loss, label_smoothing_loss, max_norm, mc_dropout_predict, scores,
};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    dropout_forward: Some(answer!(dropout_forward)),
    dropout_backward: Some(answer!(dropout_backward)),
    scores: Some(scores),
    fully_connected_loss: Some(fully_connected_loss),
    mc_dropout_predict: Some(mc_dropout_predict),
    max_norm: Some(max_norm),
    label_smoothing_loss: Some(label_smoothing_loss),
};

/// The key of assignment `dropout`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("dropout"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
