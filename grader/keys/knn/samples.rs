//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong `cross_validate` calls the
/// reference's `predict_labels` and distances.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        no_root, manhattan, adds_before_squaring, largest_difference, mean_over_features, adds_features,
        leaves_out_last_feature, difference_of_lengths, train_in_rows, sum_goes_on, square_matrix,
        leaves_out_first_examples, single_precision, caches_by_shape, small_ones_are_zero,
        distance_to_itself_is_nan, one_feature_panics, one_no_root, one_manhattan, one_sums_over_examples,
        one_root_before_sum, one_number_for_a_row, one_mean_over_features, one_first_example_only,
        one_fills_every_row, one_fills_columns, one_adds, one_sums_before_squaring,
        product_once, product_with_plus, no_product, no_loops_no_root,
        rounding_below_zero, forgets_train_lengths, forgets_test_lengths, lengths_not_squared,
        lengths_down_columns, both_lengths_as_rows, product_of_lengths, products_of_training_points,
        no_loops_train_in_rows, no_loops_single_precision, loops_for_no_loops, block_of_differences,
        one_of_each_only_as_vector, centred_by_itself, furthest_vote, nearest_alone, one_vote_too_many,
        one_vote_too_few, place_not_label, votes_not_label, largest_of_equals, nearest_of_equals,
        later_of_equal_distances, votes_by_nearness, mean_label, never_first_class, ten_classes,
        counts_labels_that_occur, neighbours_down_columns, sorts_whole_numbers, sorts_distances_alone,
        never_all, single_vote_is_furthest, one_too_high, fold_votes_too, fold_alone_votes,
        accuracy_on_voters, folds_in_rows, counts_not_shares, shares_of_all, percent, shares_of_errors,
        every_nth_example, rest_left_out, rest_in_last_fold, rounded_up, longer_folds_last, first_k_for_all,
        row_number_for_k, mean_in_every_fold, labels_of_first_fold, labels_of_first_voters, shuffles,
        later_folds_only, sorts_ks, needs_two_choices, a_single_example_is_no_fold,
    ],
    right: [
        plain_loops, iterators, expanded_squares,
    ],
};
