//! The recorded answers of `attention`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::attention::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::attention::Functions {
            scaled_dot_product_attention_forward: Some(gradus_assignments::attention::answer!(
                scaled_dot_product_attention_forward
            )),
            scaled_dot_product_attention_backward: Some(gradus_assignments::attention::answer!(
                scaled_dot_product_attention_backward
            )),
            multi_head_attention_forward: Some(gradus_assignments::attention::answer!(multi_head_attention_forward)),
            multi_head_attention_backward: Some(gradus_assignments::attention::answer!(multi_head_attention_backward)),
            positional_encoding: Some(positional_encoding),
            transformer_encoder_layer_forward: Some(gradus_assignments::attention::answer!(
                transformer_encoder_layer_forward
            )),
            transformer_encoder_layer_backward: Some(gradus_assignments::attention::answer!(
                transformer_encoder_layer_backward
            )),
            transformer_decoder_layer_forward: Some(gradus_assignments::attention::answer!(
                transformer_decoder_layer_forward
            )),
            transformer_decoder_layer_backward: Some(gradus_assignments::attention::answer!(
                transformer_decoder_layer_backward
            )),
            patch_embedding_forward: Some(gradus_assignments::attention::answer!(patch_embedding_forward)),
            captioning_transformer_loss: Some(captioning_transformer_loss),
            captioning_transformer_sample: Some(captioning_transformer_sample),
            vision_transformer_loss: Some(vision_transformer_loss),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        scaled_dot_product_attention_forward: Some(|_, _, _, _| todo!()),
        scaled_dot_product_attention_backward: Some(|_, _, _, _, _| todo!()),
        multi_head_attention_forward: Some(|_, _, _, _, _, _| todo!()),
        multi_head_attention_backward: Some(|_, _, _, _, _, _, _| todo!()),
        positional_encoding: Some(|_, _| todo!()),
        transformer_encoder_layer_forward: Some(|_, _, _, _| todo!()),
        transformer_encoder_layer_backward: Some(|_, _, _, _, _| todo!()),
        transformer_decoder_layer_forward: Some(|_, _, _, _, _| todo!()),
        transformer_decoder_layer_backward: Some(|_, _, _, _, _, _| todo!()),
        patch_embedding_forward: Some(|_, _, _, _| todo!()),
        captioning_transformer_loss: Some(|_, _, _, _| todo!()),
        captioning_transformer_sample: Some(|_, _, _, _| todo!()),
        vision_transformer_loss: Some(|_, _, _, _, _| todo!()),
    };
    Museum {
        id: "attention",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::attention::answers(),
        untouched: Box::new(untouched),
    }
}

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/attention/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions and types, and `wrong()` for all of them. What a
/// wrong answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/attention/wrong/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn wrong() -> Vec<Wrong> {
            vec![$(Wrong {
                name: stringify!($name),
                function: stringify!($function),
                answer: Box::new($name::FUNCTIONS),
                fails: $fails,
            },)*]
        }
    };
}

wrong_answers! {
    not_scaled: scaled_dot_product_attention_forward, All;
    scaled_by_features: scaled_dot_product_attention_forward, All;
    scaled_by_keys: scaled_dot_product_attention_forward, All;
    softmax_over_queries: scaled_dot_product_attention_forward, All;
    masked_scores_are_zero: scaled_dot_product_attention_forward, Only(&["output of recorded inputs", "output where a query sees nothing", "output with masks"]);
    mask_inverted: scaled_dot_product_attention_forward, All;
    mask_ignored: scaled_dot_product_attention_forward, Only(&["output of recorded inputs", "output where a query sees nothing", "output with masks"]);
    masked_behind_softmax: scaled_dot_product_attention_forward, Only(&["output of recorded inputs", "output where a query sees nothing", "output with masks"]);
    mean_for_the_blind: scaled_dot_product_attention_forward, Only(&["output where a query sees nothing"]);
    nothing_over_nothing: scaled_dot_product_attention_forward, Only(&["output where a query sees nothing"]);
    naive_exponentials: scaled_dot_product_attention_forward, Only(&["output of large scores"]);
    keys_of_first_example: scaled_dot_product_attention_forward, All;
    as_many_keys_as_queries: scaled_dot_product_attention_forward, All;
    values_as_wide_as_keys: scaled_dot_product_attention_forward, All;
    no_softmax: scaled_dot_product_attention_forward, All;
    back_not_scaled: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    back_scaled_by_features: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    softmax_without_its_sum: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    softmax_as_sigmoid: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    softmax_plain_mean: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    softmax_without_weights: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    softmax_skipped: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    softmax_sum_over_queries: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    dv_not_transposed: scaled_dot_product_attention_backward, All;
    dq_and_dk_exchanged: scaled_dot_product_attention_backward, AllBut(&["dv of fresh inputs"]);
    dv_plain_mean: scaled_dot_product_attention_backward, AllBut(&["dk of fresh inputs", "dq of fresh inputs"]);
    back_last_example: scaled_dot_product_attention_backward, All;
    back_divided_by_batch: scaled_dot_product_attention_backward, All;
    back_with_minus: scaled_dot_product_attention_backward, All;
    dv_with_minus: scaled_dot_product_attention_backward, AllBut(&["dk of fresh inputs", "dq of fresh inputs"]);
    dk_as_wide_as_queries: scaled_dot_product_attention_backward, All;
    rows_of_zeros_get_all: scaled_dot_product_attention_backward, Only(&["gradients where a query sees nothing"]);
    a_single_head: multi_head_attention_forward, All;
    heads_only_reshaped: multi_head_attention_forward, All;
    heads_joined_in_wrong_order: multi_head_attention_forward, All;
    heads_alternate: multi_head_attention_forward, All;
    output_not_mapped: multi_head_attention_forward, All;
    output_bias_forgotten: multi_head_attention_forward, All;
    biases_forgotten: multi_head_attention_forward, All;
    attention_weights_transposed: multi_head_attention_forward, All;
    key_as_value: multi_head_attention_forward, All;
    always_self_attention: multi_head_attention_forward, All;
    heads_without_mask: multi_head_attention_forward, Only(&["output of recorded sequences", "output with masks", "published figures"]);
    key_and_value_weights_exchanged: multi_head_attention_forward, All;
    scaled_by_all_features: multi_head_attention_forward, All;
    two_heads_always: multi_head_attention_forward, All;
    back_heads_only_reshaped: multi_head_attention_backward, AllBut(&["gradients of wo and bo"]);
    back_without_output_map: multi_head_attention_backward, AllBut(&["gradients of wo and bo"]);
    dwo_transposed: multi_head_attention_backward, AllBut(&["gradients of the other parameters", "gradients of the sequences"]);
    dbo_as_mean: multi_head_attention_backward, AllBut(&["gradients of the other parameters", "gradients of the sequences"]);
    bias_gradients_forgotten: multi_head_attention_backward, AllBut(&["gradients of the sequences", "gradients of wo and bo"]);
    dkey_and_dvalue_exchanged: multi_head_attention_backward, AllBut(&["gradients of the other parameters", "gradients of wo and bo"]);
    dkey_and_dvalue_added: multi_head_attention_backward, AllBut(&["gradients of the other parameters", "gradients of wo and bo"]);
    heads_back_divided_by_batch: multi_head_attention_backward, All;
    heads_back_with_minus: multi_head_attention_backward, All;
    dwq_and_dwk_exchanged: multi_head_attention_backward, AllBut(&["gradients of the sequences", "gradients of wo and bo"]);
    dq_scaled_again: multi_head_attention_backward, AllBut(&["gradients of wo and bo"]);
    back_one_head: multi_head_attention_backward, All;
    value_gradient_forgotten: multi_head_attention_backward, AllBut(&["gradients of the other parameters", "gradients of wo and bo"]);
    own_wave_for_each: positional_encoding, All;
    sines_and_cosines_exchanged: positional_encoding, All;
    steps_from_one: positional_encoding, All;
    exponent_doubled: positional_encoding, All;
    exponent_halved: positional_encoding, All;
    waves_get_shorter: positional_encoding, All;
    sines_first: positional_encoding, All;
    a_thousand: positional_encoding, All;
    even_numbers_only: positional_encoding, AllBut(&["fresh sizes"]);
    time_and_features_exchanged: positional_encoding, All;
    nothing_past_attention: transformer_encoder_layer_forward, All;
    nothing_past_feed_forward: transformer_encoder_layer_forward, All;
    norms_in_front: transformer_encoder_layer_forward, All;
    no_norm_at_the_end: transformer_encoder_layer_forward, All;
    no_norm_behind_attention: transformer_encoder_layer_forward, All;
    norms_exchanged: transformer_encoder_layer_forward, All;
    encoder_without_mask: transformer_encoder_layer_forward, Only(&["output of recorded sequences", "output with masks"]);
    encoder_with_one_head: transformer_encoder_layer_forward, All;
    normed_before_adding: transformer_encoder_layer_forward, All;
    x_added_twice: transformer_encoder_layer_forward, All;
    relu_for_gelu: transformer_encoder_layer_forward, All;
    no_gradient_past_attention: transformer_encoder_layer_backward, AllBut(&["gradients of attention", "gradients of the feed-forward part"]);
    no_gradient_past_feed_forward: transformer_encoder_layer_backward, AllBut(&["gradients of the feed-forward part"]);
    as_query_alone: transformer_encoder_layer_backward, AllBut(&["gradients of attention", "gradients of the feed-forward part"]);
    not_as_key: transformer_encoder_layer_backward, AllBut(&["gradients of attention", "gradients of the feed-forward part"]);
    not_as_value: transformer_encoder_layer_backward, AllBut(&["gradients of attention", "gradients of the feed-forward part"]);
    not_through_attention: transformer_encoder_layer_backward, AllBut(&["gradients of attention", "gradients of the feed-forward part"]);
    not_through_feed_forward: transformer_encoder_layer_backward, AllBut(&["gradients of the feed-forward part"]);
    mean_of_three: transformer_encoder_layer_backward, AllBut(&["gradients of attention", "gradients of the feed-forward part"]);
    norm_gradients_exchanged: transformer_encoder_layer_backward, AllBut(&["dx of fresh sequences"]);
    last_norm_skipped: transformer_encoder_layer_backward, All;
    layer_back_with_minus: transformer_encoder_layer_backward, All;
    gamma_and_beta_exchanged: transformer_encoder_layer_backward, AllBut(&["dx of fresh sequences", "gradients of attention"]);
    decoder_without_mask: transformer_decoder_layer_forward, Only(&["output of recorded sequences", "output with masks"]);
    mask_on_the_memory: transformer_decoder_layer_forward, Only(&["output of recorded sequences", "output with masks"]);
    cross_attention_first: transformer_decoder_layer_forward, All;
    no_cross_attention: transformer_decoder_layer_forward, All;
    nothing_past_cross_attention: transformer_decoder_layer_forward, All;
    nothing_past_own_attention: transformer_decoder_layer_forward, All;
    x_asks_the_memory: transformer_decoder_layer_forward, All;
    attentions_exchanged: transformer_decoder_layer_forward, All;
    decoder_norms_exchanged: transformer_decoder_layer_forward, All;
    no_norm_behind_cross_attention: transformer_decoder_layer_forward, All;
    decoder_with_one_head: transformer_decoder_layer_forward, All;
    decoder_without_last_norm: transformer_decoder_layer_forward, All;
    decoder_gamma_and_beta_exchanged: transformer_decoder_layer_backward, AllBut(&["dx of fresh sequences", "dmemory of fresh sequences", "gradients of both attentions"]);
    memory_as_key_alone: transformer_decoder_layer_backward, AllBut(&["dx of fresh sequences", "gradients of both attentions", "gradients of the feed-forward part"]);
    memory_as_value_alone: transformer_decoder_layer_backward, AllBut(&["dx of fresh sequences", "gradients of both attentions", "gradients of the feed-forward part"]);
    no_gradient_past_cross_attention: transformer_decoder_layer_backward, AllBut(&["dmemory of fresh sequences", "gradients of the feed-forward part"]);
    not_through_cross_attention: transformer_decoder_layer_backward, AllBut(&["dmemory of fresh sequences", "gradients of the feed-forward part"]);
    decoder_not_past_attention: transformer_decoder_layer_backward, AllBut(&["dmemory of fresh sequences", "gradients of both attentions", "gradients of the feed-forward part"]);
    decoder_not_past_feed_forward: transformer_decoder_layer_backward, AllBut(&["gradients of the feed-forward part"]);
    decoder_as_query_alone: transformer_decoder_layer_backward, AllBut(&["dmemory of fresh sequences", "gradients of both attentions", "gradients of the feed-forward part"]);
    memory_gets_its_mean: transformer_decoder_layer_backward, AllBut(&["dx of fresh sequences", "gradients of both attentions", "gradients of the feed-forward part"]);
    attention_gradients_exchanged: transformer_decoder_layer_backward, AllBut(&["dmemory of fresh sequences", "dx of fresh sequences", "gradients of the feed-forward part"]);
    decoder_norm_gradients_exchanged: transformer_decoder_layer_backward, AllBut(&["dmemory of fresh sequences", "dx of fresh sequences", "gradients of the feed-forward part"]);
    middle_norm_skipped: transformer_decoder_layer_backward, AllBut(&["gradients of the feed-forward part"]);
    feed_forward_halved: transformer_decoder_layer_backward, AllBut(&["dmemory of fresh sequences", "dx of fresh sequences", "gradients of both attentions"]);
    patches_column_by_column: patch_embedding_forward, All;
    channels_last: patch_embedding_forward, All;
    pixels_column_by_column: patch_embedding_forward, All;
    only_a_new_shape: patch_embedding_forward, All;
    embedding_without_bias: patch_embedding_forward, All;
    as_many_columns_as_rows: patch_embedding_forward, Only(&["images and patches of other sizes", "recorded images"]);
    first_channel_everywhere: patch_embedding_forward, All;
    patches_overlap: patch_embedding_forward, All;
    pixels_backwards: patch_embedding_forward, All;
    embedding_scaled: patch_embedding_forward, All;
    sees_the_next_word: captioning_transformer_loss, All;
    says_what_it_reads: captioning_transformer_loss, All;
    null_counts: captioning_transformer_loss, All;
    words_without_positions: captioning_transformer_loss, All;
    mean_over_words: captioning_transformer_loss, All;
    mean_over_steps: captioning_transformer_loss, All;
    memory_of_first_layer: captioning_transformer_loss, AllBut(&["gradients of the layers", "loss of fresh captions"]);
    layers_upside_down: captioning_transformer_loss, AllBut(&["gradients of the other parameters", "loss of fresh captions"]);
    end_is_not_said: captioning_transformer_loss, All;
    first_layer_alone: captioning_transformer_loss, All;
    projection_forgotten: captioning_transformer_loss, AllBut(&["gradients of the layers", "loss of fresh captions"]);
    embedding_gradient_overwrites: captioning_transformer_loss, AllBut(&["gradients of the layers", "loss of fresh captions"]);
    places_of_parts: captioning_transformer_loss, All;
    start_is_said: captioning_transformer_sample, All;
    talks_on: captioning_transformer_sample, Only(&["behind the end", "fresh pictures"]);
    null_does_not_end: captioning_transformer_sample, Only(&["behind the end", "fresh pictures"]);
    one_end_for_all: captioning_transformer_sample, Only(&["behind the end", "fresh pictures"]);
    least_likely_word: captioning_transformer_sample, All;
    sampling_without_positions: captioning_transformer_sample, All;
    no_memory_of_words: captioning_transformer_sample, All;
    scores_of_first_step: captioning_transformer_sample, All;
    sampling_without_mask: captioning_transformer_sample, All;
    one_word_short: captioning_transformer_sample, All;
    picture_of_first: captioning_transformer_sample, All;
    last_layer_unused: captioning_transformer_sample, All;
    sum_of_patches: vision_transformer_loss, All;
    first_patch_alone: vision_transformer_loss, All;
    patches_without_positions: vision_transformer_loss, All;
    whole_gradient_for_each_patch: vision_transformer_loss, AllBut(&["loss of fresh images"]);
    patches_look_back: vision_transformer_loss, All;
    encoder_layers_upside_down: vision_transformer_loss, AllBut(&["loss of fresh images"]);
    loss_summed_over_images: vision_transformer_loss, All;
    divided_by_images_twice: vision_transformer_loss, AllBut(&["loss of fresh images"]);
    patches_not_learned: vision_transformer_loss, AllBut(&["loss of fresh images"]);
    encoder_first_layer_alone: vision_transformer_loss, All;
    labels_from_one: vision_transformer_loss, All;
    square_images_only: vision_transformer_loss, Only(&["other sizes"]);
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/attention/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { number_by_number head_by_head }

/// One of the right answers.
pub fn first_right() -> Functions {
    number_by_number::FUNCTIONS
}
