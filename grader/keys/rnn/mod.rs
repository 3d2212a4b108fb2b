//! Assignment `rnn`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
#[expect(clippy::type_complexity, reason = "a backward pass gives five or six gradients, in the signatures' words")]
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::rnn::{Functions, answer};
use gradus_question::Answer;

use crate::Key;
use reference::{
    captioning_loss, captioning_sample, lstm_backward, lstm_forward, lstm_step_backward, lstm_step_forward,
    rnn_backward, rnn_forward, rnn_step_backward, rnn_step_forward, temporal_affine_backward, temporal_affine_forward,
    temporal_softmax_loss, word_embedding_backward, word_embedding_forward,
};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    rnn_step_forward: Some(answer!(rnn_step_forward)),
    rnn_step_backward: Some(answer!(rnn_step_backward)),
    rnn_forward: Some(answer!(rnn_forward)),
    rnn_backward: Some(answer!(rnn_backward)),
    lstm_step_forward: Some(answer!(lstm_step_forward)),
    lstm_step_backward: Some(answer!(lstm_step_backward)),
    lstm_forward: Some(answer!(lstm_forward)),
    lstm_backward: Some(answer!(lstm_backward)),
    word_embedding_forward: Some(answer!(word_embedding_forward)),
    word_embedding_backward: Some(answer!(word_embedding_backward)),
    temporal_affine_forward: Some(answer!(temporal_affine_forward)),
    temporal_affine_backward: Some(answer!(temporal_affine_backward)),
    temporal_softmax_loss: Some(temporal_softmax_loss),
    captioning_loss: Some(captioning_loss),
    captioning_sample: Some(captioning_sample),
};

/// The key of assignment `rnn`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("rnn"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
