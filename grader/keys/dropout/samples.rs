//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one calls what it needs of
/// the reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        forgets_division, multiplies_by_p, divides_by_dropped, divides_by_root, p_drops, p_as_pytorch,
        scales_in_evaluation, drops_in_evaluation, never_drops, divides_everything, whole_rows,
        one_mask_for_all_rows, exact_count, exact_count_in_each_row, forward_ignores_seed,
        new_mask_each_time, keeps_the_largest, forward_in_single_precision, draws_bytes,
        forward_of_matrices_only, passes_everything_back, back_without_division, back_divides_everything,
        back_with_new_mask, back_the_other_way_round, mask_alone, back_with_minus, back_divides_twice,
        decides_by_upstream, back_in_single_precision, nothing_back_in_evaluation, no_mask_in_evaluation,
        back_through_matrices_only, mask_from_output, mask_from_positive_output, divides_back_in_evaluation,
        drops_scores, drops_features, scores_always_evaluated, scores_always_trained,
        same_seed_for_each_layer, drops_behind_first_layer_only, drops_behind_last_hidden_layer_only,
        scales_scores_in_evaluation, scores_with_p_exchanged, scores_without_division, scores_bent,
        scores_without_relu, scores_without_biases, scores_ignore_seed, scores_new_each_time,
        examples_share_a_mask, scores_of_rows_only, needs_a_hidden_layer, loss_never_drops,
        loss_with_p_exchanged, back_past_dropout, back_through_other_masks, loss_drops_scores,
        loss_drops_features, loss_of_evaluation, loss_same_seed_for_each_layer, loss_ignores_seed,
        loss_examples_share_a_mask, whole_regulariser, regulariser_without_slope, regularises_biases,
        regulariser_times_p, gradients_last_first, mean_twice, loss_of_rows_only, loss_needs_a_hidden_layer,
        mean_of_scores, softmax_of_mean_scores, every_pass_the_same, passes_in_evaluation,
        one_pass_less_to_divide, variance_for_spread, sum_of_passes, root_of_what_rounding_leaves,
        error_of_the_mean, mean_absolute_deviation, passes_ignore_seed, one_pass_too_many,
        passes_with_p_exchanged, spread_of_scores, shortens_rows, shortens_the_whole, holds_each_weight,
        all_as_long_as_the_limit, only_divides, squared_length, sum_of_absolute_values, zero_by_zero,
        longest_decides, short_ones_twice, with_epsilon, leaves_weights, root_mean_square,
        spreads_over_the_others, label_gets_nothing_of_it, on_top_of_certainty, smoothing_exchanged,
        no_smoothing, sum_of_losses, gradient_of_the_sum, gradient_without_smoothing, logarithm_of_zero,
        exponentials_overflow, loss_with_minus, smooths_twice, smooths_whole_classes,
        smoothing_in_single_precision, ten_classes_at_most,
    ],
    right: [
        booleans, written_out, one_forward,
    ],
};
