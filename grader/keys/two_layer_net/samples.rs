//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one calls what it needs of
/// the reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        forgets_bias, subtracts_bias, one_bias_for_all, bias_for_first_example, bias_along_examples,
        transposed_output, reads_column_by_column, matrices_only, bends_already, single_precision,
        divided_by_batch, loops_forward, dx_without_transposing, dx_as_rows, divides_by_batch_again, db_as_mean,
        db_along_outputs, db_counts_examples, transposed_dw, dw_of_last_example, ignores_upstream,
        backward_with_minus, refuses_other_orders, shapes_column_by_column, loops_backward, takes_away_signs,
        leaks, one_or_zero, takes_the_smaller, stops_at_one, passes_everything, soft_bend,
        relu_of_matrices_only, whole_numbers, first_example_decides, passes_everything_back,
        decides_by_upstream, other_way_round, slope_alone, times_output, times_sign, passes_at_zero,
        half_at_zero, leaks_back, back_through_matrices_only, relu_with_minus, whole_regulariser,
        slope_of_whole_regulariser, regularises_biases, regulariser_without_slope, regularises_first_layer_only,
        net_regulariser_divided_by_n, back_without_relu, relu_behind_second_layer, two_straight_layers,
        mean_twice, labels_from_one, hinge_for_softmax, forgets_second_bias, back_through_changed_weights,
        never_updates, climbs, ignores_learning_rate, biases_stay, second_layer_only, ignores_regulariser,
        history_after_update, history_one_too_long, full_batch, first_examples_only, labels_of_other_examples,
        ignores_seed, batch_larger_than_data_panics, stops_early, starts_afresh, argmin, predicts_one_too_high,
        search_starts_at_zero, predicts_first_class, predicts_without_relu, predicts_without_biases,
        argmax_over_examples, predicts_hidden_unit, highest_without_sign, leaves_out_last_class,
        predicts_for_rows_only,
    ],
    right: [
        tuples, own_network, whole_epochs,
    ],
};
