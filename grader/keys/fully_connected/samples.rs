//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one calls what it needs of
/// the reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        zero_weights, scale_as_variance, scale_squared, drawn_evenly, drawn_evenly_with_right_deviation,
        random_biases, biases_of_one, initialise_ignores_seed, new_numbers_each_time, ignores_scale,
        scales_by_inputs, seeds_again_in_each_layer, units_alike, transposed_weights,
        forgets_last_layer, every_layer_sees_features, positive_weights, two_hidden_layers_at_most,
        needs_a_hidden_layer, scores_bent, scores_without_relu, scores_without_biases,
        forgets_last_bias, stops_before_last_layer, shares_for_scores, sigmoid_for_relu, leaky_scores,
        three_hidden_layers_at_most, first_layer_apart, scores_of_rows_only, reads_column_by_column,
        single_precision, mean_scores, scores_transposed, whole_regulariser, slope_of_whole_regulariser,
        half_slope, regularises_biases, regulariser_without_slope, regularises_last_layer_only,
        regularises_hidden_layers_only, regularises_before_reversing, regulariser_divided_by_n,
        gradients_last_first, back_without_relu, loss_bent, straight_layers, mean_twice, sum_of_losses,
        labels_from_one, hinge_for_softmax, back_stops_after_last_layer, biases_without_gradient,
        ten_layers_at_most, loss_needs_a_hidden_layer, loss_of_rows_only, loss_in_single_precision,
        loops, momentum_plain_descent, momentum_old_velocity, momentum_uphill,
        momentum_subtracts_velocity, momentum_velocity_unchanged, momentum_as_pytorch,
        momentum_as_running_mean, momentum_without_friction, nesterov, momentum_learning_rate_twice,
        momentum_always_nine_tenths, momentum_of_matrices_only, adagrad, rmsprop_square_as_a_whole,
        rmsprop_weights_exchanged, rmsprop_without_root, rmsprop_epsilon_under_root, rmsprop_old_cache,
        rmsprop_without_epsilon, rmsprop_mean_of_gradients, rmsprop_plain_step, rmsprop_uphill,
        rmsprop_cache_unchanged, rmsprop_one_rate_for_all, rmsprop_returns_root,
        rmsprop_of_matrices_only, adam_without_correction, adam_counts_too_late, adam_corrects_m_only,
        adam_corrects_v_only, adam_returns_corrected, adam_t_unchanged, adam_epsilon_under_root,
        adam_epsilon_before_correction, adam_without_epsilon, adam_betas_exchanged,
        adam_weights_exchanged, adam_v_without_square, adam_squares_too_much, adam_without_root,
        adam_uphill, adam_gradient_for_m, adam_product_for_power, adam_counts_in_a_byte,
        adam_of_matrices_only, never_updates, climbs, ignores_learning_rate, biases_stay,
        last_layer_only, ignores_regulariser, history_after_update, history_one_too_long, full_batch,
        first_examples_only, labels_of_other_examples, ignores_seed, batch_larger_than_data_panics,
        stops_early, starts_afresh, forgets_states, t_goes_back, t_counts_parameters,
        always_plain_descent, always_adam, momentum_and_rmsprop_exchanged, decay_rate_of_nine_tenths,
        momentum_of_ninety_nine_percent, weights_and_biases_share_a_state,
    ],
    right: [
        own_layers, recursive, whole_epochs,
    ],
};
