//! Assignment `conv`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::conv::{Functions, answer};
use gradus_question::Answer;

use crate::Key;
use reference::{
    conv_backward_naive, conv_forward_naive, max_pool_backward_naive, max_pool_forward_naive,
    spatial_batchnorm_backward, spatial_batchnorm_forward, spatial_groupnorm_backward, spatial_groupnorm_forward,
    three_layer_convnet_loss,
};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    conv_forward_naive: Some(answer!(conv_forward_naive)),
    conv_backward_naive: Some(answer!(conv_backward_naive)),
    max_pool_forward_naive: Some(answer!(max_pool_forward_naive)),
    max_pool_backward_naive: Some(answer!(max_pool_backward_naive)),
    three_layer_convnet_loss: Some(three_layer_convnet_loss),
    spatial_batchnorm_forward: Some(answer!(spatial_batchnorm_forward)),
    spatial_batchnorm_backward: Some(answer!(spatial_batchnorm_backward)),
    spatial_groupnorm_forward: Some(answer!(spatial_groupnorm_forward)),
    spatial_groupnorm_backward: Some(answer!(spatial_groupnorm_backward)),
};

/// The key of assignment `conv`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("conv"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
