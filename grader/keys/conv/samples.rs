//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one calls what it needs of
/// the reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        forgets_bias, one_bias_for_all, bias_for_each_channel, subtracts_bias, flips_filters,
        transposes_filters, first_channel_only, overwrites_channels, ignores_stride, ignores_padding,
        image_in_the_corner, rounds_up, square_images_only, square_filters_only, bends_already,
        means_of_windows, single_precision, dx_overwrites, dw_overwrites, dx_keeps_padding,
        dx_cuts_one_side, dx_flips_filters, dx_of_first_filter, dw_of_last_image, dw_without_padding,
        db_as_mean, db_of_corner, db_counts_windows, back_ignores_stride, divides_by_batch,
        first_channel_back, back_with_minus, back_square_filters_only, back_in_single_precision,
        search_starts_at_zero, pools_means, takes_the_smallest, largest_without_sign, first_of_window,
        last_of_window, pools_over_channels, windows_side_by_side, pool_rounds_up, square_windows_only,
        pools_square_images_only, pools_in_single_precision, spreads_to_all, shares_among_window,
        pool_overwrites, clears_the_window, last_of_equal, each_of_equal, shares_among_equal,
        one_for_the_largest, back_to_the_first, back_to_the_smallest, times_the_largest, back_side_by_side,
        pool_back_with_minus, whole_regulariser, half_slope, regularises_biases, filters_not_regularised,
        regulariser_without_slope, regulariser_divided_by_n, mean_twice, sum_of_losses, without_first_relu,
        back_without_first_relu, without_second_relu, relu_behind_scores, padding_of_one, without_padding,
        labels_from_one, mixes_channels, not_brought_back, each_image_by_itself, each_place_by_itself,
        all_channels_together, unbiased_variance, without_scale_and_shift, running_unchanged,
        momentum_exchanged, running_unbiased, batch_statistics_always, running_changes_in_use,
        running_statistics_always, needs_several_images, back_mixes_channels, dx_not_brought_back,
        dx_channels_last, parameters_exchanged, parameters_as_means, dbeta_counts, dbeta_of_first_image,
        passes_dout_on, dx_divided_by_batch, height_and_width_exchanged, norm_back_with_minus,
        image_after_image, groups_of_all_images, each_channel_by_itself, whole_images, groups_as_size,
        every_other_channel, group_without_scale_and_shift, one_gamma_for_each_group, group_unbiased,
        eps_outside_root, group_without_eps, divides_by_variance, group_not_centred, needs_several_groups,
        constant_statistics, constant_deviation, constant_mean, sums_for_means, means_of_all, forgets_gamma,
        gamma_at_the_end, forgets_deviation, dgamma_without_numbers, dgamma_as_mean,
        parameters_of_first_image, parameters_by_group, group_back_with_minus, back_needs_several_groups,
    ],
    right: [
        loops, windows_as_columns,
    ],
};
