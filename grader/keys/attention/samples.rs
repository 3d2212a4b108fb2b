//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one calls what it needs of
/// the reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        not_scaled, scaled_by_features, scaled_by_keys, softmax_over_queries, masked_scores_are_zero,
        mask_inverted, mask_ignored, masked_behind_softmax, mean_for_the_blind, nothing_over_nothing,
        naive_exponentials, keys_of_first_example, as_many_keys_as_queries, values_as_wide_as_keys, no_softmax,
        back_not_scaled, back_scaled_by_features, softmax_without_its_sum, softmax_as_sigmoid,
        softmax_plain_mean, softmax_without_weights, softmax_skipped, softmax_sum_over_queries,
        dv_not_transposed, dq_and_dk_exchanged, dv_plain_mean, back_last_example, back_divided_by_batch,
        back_with_minus, dv_with_minus, dk_as_wide_as_queries, rows_of_zeros_get_all, a_single_head,
        heads_only_reshaped, heads_joined_in_wrong_order, heads_alternate, output_not_mapped,
        output_bias_forgotten, biases_forgotten, attention_weights_transposed, key_as_value,
        always_self_attention, heads_without_mask, key_and_value_weights_exchanged, scaled_by_all_features,
        two_heads_always, back_heads_only_reshaped, back_without_output_map, dwo_transposed, dbo_as_mean,
        bias_gradients_forgotten, dkey_and_dvalue_exchanged, dkey_and_dvalue_added, heads_back_divided_by_batch,
        heads_back_with_minus, dwq_and_dwk_exchanged, dq_scaled_again, back_one_head, value_gradient_forgotten,
        own_wave_for_each, sines_and_cosines_exchanged, steps_from_one, exponent_doubled, exponent_halved,
        waves_get_shorter, sines_first, a_thousand, even_numbers_only, time_and_features_exchanged,
        nothing_past_attention, nothing_past_feed_forward, norms_in_front, no_norm_at_the_end,
        no_norm_behind_attention, norms_exchanged, encoder_without_mask, encoder_with_one_head,
        normed_before_adding, x_added_twice, relu_for_gelu, no_gradient_past_attention,
        no_gradient_past_feed_forward, as_query_alone, not_as_key, not_as_value, not_through_attention,
        not_through_feed_forward, mean_of_three, norm_gradients_exchanged, last_norm_skipped,
        layer_back_with_minus, gamma_and_beta_exchanged, decoder_without_mask, mask_on_the_memory,
        cross_attention_first, no_cross_attention, nothing_past_cross_attention, nothing_past_own_attention,
        x_asks_the_memory, attentions_exchanged, decoder_norms_exchanged, no_norm_behind_cross_attention,
        decoder_with_one_head, decoder_without_last_norm, decoder_gamma_and_beta_exchanged, memory_as_key_alone,
        memory_as_value_alone, no_gradient_past_cross_attention, not_through_cross_attention,
        decoder_not_past_attention, decoder_not_past_feed_forward, decoder_as_query_alone, memory_gets_its_mean,
        attention_gradients_exchanged, decoder_norm_gradients_exchanged, middle_norm_skipped,
        feed_forward_halved, patches_column_by_column, channels_last, pixels_column_by_column, only_a_new_shape,
        embedding_without_bias, as_many_columns_as_rows, first_channel_everywhere, patches_overlap,
        pixels_backwards, embedding_scaled, sees_the_next_word, says_what_it_reads, null_counts,
        words_without_positions, mean_over_words, mean_over_steps, memory_of_first_layer, layers_upside_down,
        end_is_not_said, first_layer_alone, projection_forgotten, embedding_gradient_overwrites,
        places_of_parts, start_is_said, talks_on, null_does_not_end, one_end_for_all, least_likely_word,
        sampling_without_positions, no_memory_of_words, scores_of_first_step, sampling_without_mask,
        one_word_short, picture_of_first, last_layer_unused, sum_of_patches, first_patch_alone,
        patches_without_positions, whole_gradient_for_each_patch, patches_look_back, encoder_layers_upside_down,
        loss_summed_over_images, divided_by_images_twice, patches_not_learned, encoder_first_layer_alone,
        labels_from_one, square_images_only,
    ],
    right: [
        number_by_number, head_by_head,
    ],
};
