//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one calls what it needs of
/// the reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        step_forgets_bias, step_without_tanh, step_with_sigmoid, step_with_relu, step_forgets_state,
        step_transposes_wh, step_bias_outside, step_state_without_weights, step_tanh_by_exponentials,
        step_two_tangents, step_in_single_precision, back_without_slope, back_slope_not_squared,
        back_slope_of_sigmoid, back_slope_of_old_state, back_wh_as_it_is, back_dwh_of_new_state,
        back_weights_as_means, back_db_without_slope, back_with_minus, back_dwx_transposed,
        back_db_of_first_example, sequence_always_from_h0, sequence_from_its_end, sequence_from_zero,
        sequence_first_input_always, sequence_states_before, sequence_last_state_only, sequence_time_first,
        sequence_leaves_out_last_step, sequence_states_pile_up, sequence_all_in_last_place, time_apart,
        time_last_loss_only, time_from_its_start, time_weights_of_first_step, time_weights_as_means,
        time_dh0_zero, time_dx_turned, time_state_piles_up, time_leaves_out_first_step, time_db_overwritten,
        gates_candidate_third, gates_forget_first, gates_every_fourth_column, gates_candidate_with_sigmoid,
        gates_without_bias, gates_overflow, cell_never_forgets, cell_writes_all, cell_squashed,
        cell_one_gate_for_both, hidden_without_tanh, hidden_of_old_cell, cell_back_without_h,
        cell_back_without_c, cell_back_without_output_gate, cell_back_without_slope,
        gates_back_without_slopes, gates_back_candidate_as_gate, gates_back_exchanged,
        gates_back_output_from_cell, old_cell_takes_all, old_cell_of_dnext_c, gates_back_as_means,
        gates_back_db_of_first_example, cells_start_anew, cells_from_h0, cells_alone_go_on, cells_returned,
        cells_and_states_exchanged, gated_from_its_end, gated_states_before, gated_from_zero,
        gated_time_first, gated_apart, gated_cell_apart, gated_hidden_apart, gated_last_loss_only,
        gated_from_its_start, gated_weights_of_first_step, gated_weights_as_means, gated_dh0_zero,
        gated_dx_turned, gated_state_piles_up, gated_leaves_out_first_step, gated_dh0_of_cell,
        gated_dh_to_the_cell_too, vectors_of_word_before, vectors_of_word_after, vectors_of_first_word,
        vectors_turned, vectors_null_is_nothing, vectors_of_length_one, vectors_times_number,
        vectors_time_last, vectors_scaled, vectors_back_overwritten, vectors_back_first_place,
        vectors_back_as_means, vectors_back_over_batch, vectors_back_words_said_only,
        vectors_back_without_null, vectors_back_of_first_sequence, vectors_back_with_minus,
        vectors_back_to_word_after, vectors_back_count, scores_forget_bias, scores_subtract_bias,
        scores_one_bias, scores_with_relu, scores_of_first_step, scores_turned, scores_pile_up,
        scores_time_first, scores_leave_out_last_step, scores_in_single_precision, scores_back_db_as_mean,
        scores_back_dw_as_mean, scores_back_divided_by_batch, scores_back_of_last_step, scores_back_db_counts,
        scores_back_dx_turned, scores_back_dx_of_first_step, scores_back_with_minus,
        scores_back_db_of_first_sequence, time_mean_over_places, time_mean_over_all, time_sum_over_batch,
        time_without_mask, time_mask_upside_down, time_loss_without_mask, time_dx_without_mask,
        time_dx_not_divided, time_overflows, time_word_after, time_scores_masked, time_ends_at_the_mask,
        caption_counts_null, caption_mask_of_words_read, caption_says_what_it_reads, caption_reads_ahead,
        caption_end_does_not_count, caption_projection_not_learned, caption_vectors_not_learned,
        caption_without_picture, caption_mean_over_words, caption_plain_network_always, says_start,
        says_after_null, says_without_reading, says_without_picture, says_without_memory,
        says_without_cell_state, says_the_worst_word, says_last_of_equal_words, says_words_behind_end,
        says_end_to_the_end, says_nothing_behind_null, says_nothing_once_one_has_ended,
    ],
    right: [
        number_by_number, whole_sequences_in_one,
    ],
};
