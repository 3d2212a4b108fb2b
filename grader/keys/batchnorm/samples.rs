//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one calls what it needs of
/// the reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        eps_outside_root, forgets_eps, divides_by_variance, unbiased_variance, running_as_pytorch,
        momentum_exchanged, over_rows, one_mean_for_all, evaluates_with_batch, evaluation_moves_statistics,
        trains_with_running, running_unchanged, running_of_deviations, running_with_eps, forgets_beta,
        gamma_and_beta_exchanged, squares_less_squared_mean, single_precision, constant_features_stay,
        needs_two_examples, evaluates_without_eps, constant_statistics, forgets_way_through_mean,
        forgets_way_through_variance, dgamma_of_centred, dgamma_as_mean, dgamma_with_gamma, dbeta_as_mean,
        dbeta_with_gamma, dx_without_gamma, root_without_half, quotient_without_minus, variance_as_sum,
        mean_as_sum, backward_in_single_precision, deviation_from_quotient, backward_needs_two_examples,
        alt_sums_for_means, alt_without_shift, alt_without_stretch, alt_without_gamma,
        alt_divides_twice, alt_multiplies_by_deviation, alt_n_minus_one, alt_wrong_sign, alt_means_of_rows,
        alt_parameters_as_means, alt_in_single_precision, alt_deviation_from_quotient,
        batch_for_layer, layer_eps_outside_root, layer_forgets_eps, layer_divides_by_variance,
        layer_unbiased_variance, layer_forgets_gamma, layer_forgets_beta, layer_scales_rows,
        layer_one_mean_for_all, layer_not_centred, layer_squares_less_squared_mean,
        layer_constant_examples_stay, layer_needs_two_examples, layer_in_single_precision,
        layer_back_over_columns, layer_back_gamma_last, layer_back_without_gamma, layer_back_without_shift,
        layer_back_without_stretch, layer_back_sums_for_means, layer_back_divides_by_examples,
        layer_back_constant_statistics, layer_back_not_divided, layer_back_parameters_of_rows,
        layer_back_parameters_as_means, layer_back_dgamma_with_gamma, layer_back_cancels_x_hat,
        net_whole_regulariser, net_regularises_everything, net_regularises_hidden_layers_only, net_half_slope,
        net_evaluates_in_training, net_relu_first, net_forgets_statistics, net_statistics_of_batch_norm_only,
        net_momentum_exchanged, net_large_eps, net_scales_without_gradient, net_back_past_normalisation,
        net_back_without_relu, net_gradients_last_first, net_without_normalisation, net_always_layer,
        net_straight, net_sum_of_losses, net_needs_a_hidden_layer, net_of_rows_only, scores_in_training,
        scores_without_norm, scores_relu_first, scores_without_relu, scores_bent, scores_of_first_statistics,
        scores_without_scale, scores_large_eps, scores_forget_last_bias, scores_always_layer,
        scores_of_three_layers, scores_of_rows_only, scores_need_two_examples,
    ],
    right: [own_layers, row_by_row, one_core],
};
