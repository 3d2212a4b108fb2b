//! Assignment `attention`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::attention::{Functions, answer};
use gradus_question::Answer;

use crate::Key;
use reference::{
    captioning_transformer_loss, captioning_transformer_sample, multi_head_attention_backward,
    multi_head_attention_forward, patch_embedding_forward, positional_encoding, scaled_dot_product_attention_backward,
    scaled_dot_product_attention_forward, transformer_decoder_layer_backward, transformer_decoder_layer_forward,
    transformer_encoder_layer_backward, transformer_encoder_layer_forward, vision_transformer_loss,
};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    scaled_dot_product_attention_forward: Some(answer!(scaled_dot_product_attention_forward)),
    scaled_dot_product_attention_backward: Some(answer!(scaled_dot_product_attention_backward)),
    multi_head_attention_forward: Some(answer!(multi_head_attention_forward)),
    multi_head_attention_backward: Some(answer!(multi_head_attention_backward)),
    positional_encoding: Some(positional_encoding),
    transformer_encoder_layer_forward: Some(answer!(transformer_encoder_layer_forward)),
    transformer_encoder_layer_backward: Some(answer!(transformer_encoder_layer_backward)),
    transformer_decoder_layer_forward: Some(answer!(transformer_decoder_layer_forward)),
    transformer_decoder_layer_backward: Some(answer!(transformer_decoder_layer_backward)),
    patch_embedding_forward: Some(answer!(patch_embedding_forward)),
    captioning_transformer_loss: Some(captioning_transformer_loss),
    captioning_transformer_sample: Some(captioning_transformer_sample),
    vision_transformer_loss: Some(vision_transformer_loss),
};

/// The key of assignment `attention`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("attention"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
