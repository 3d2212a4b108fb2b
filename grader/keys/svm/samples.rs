//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong `search` calls the
/// reference's `train_svm` and `predict`.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        forgets_margin, counts_true_class, no_mean, gradient_without_mean, no_slope_of_true_class,
        true_class_once, gradient_of_margins, wrong_sign, squared_hinge, worst_class_alone, no_maximum,
        label_off_by_one, mean_over_missed_margins, one_class_panics, kept_margins_keep_old_slope,
        caches_by_shape, no_regulariser_gradient, half_regulariser, naive_no_slope_of_true_class,
        naive_true_class_once, naive_transposed_gradient, naive_counts_true_class, naive_forgets_margin,
        naive_margin_turned_round, naive_keeps_gradient_of_last_example, naive_gradient_without_mean,
        loops_for_vectorised, regulariser_divided_by_n, weights_not_squared, true_class_left_in,
        vectorised_true_class_once, vectorised_gradient_of_margins, row_for_column, vectorised_no_mean,
        transposed_gradient, counts_down_columns, mean_over_all_margins, always_c_minus_1, never_updates,
        climbs, ignores_learning_rate, ignores_regulariser, history_after_update, history_one_too_long,
        ignores_seed, full_batch, first_examples_only, labels_of_other_examples, counts_classes_that_occur,
        batch_larger_than_data_panics, stops_early, trains_softmax, argmin, predicts_one_too_high,
        search_starts_at_zero, predicts_first_class, argmax_over_examples, highest_without_sign,
        leaves_out_last_class, whole_numbers, accuracy_on_training_examples, transposed_grid, keeps_last_pair,
        keeps_lowest, never_raises_the_bar, swaps_the_pair, returns_places, counts_not_shares, percent,
        shares_of_errors, one_strength_for_all, another_seed_for_each, notes_improvements_only,
        needs_two_of_each,
    ],
    right: [
        plain_loops, iterators, masks, whole_epochs,
    ],
};
