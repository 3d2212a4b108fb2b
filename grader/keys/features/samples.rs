//! The museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::museum::{Specimen, museum};

/// Recorded answers: the wrong ones in the order of the questions, then the right ones. A wrong one may call the
/// reference's other functions.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        mean_of_channels, sum_of_channels, blue_green_red, other_standard, gray_rounded_down,
        gray_from_zero_to_one, largest_channel, gray_transposed, green_alone, one_channel_weighed,
        one_channel_panics, three_columns_are_channels, guesses_the_scale, sums_over_cell, counts_pixels,
        squared_lengths, adds_absolute_steps, whole_circle, drops_negative_angles, negative_angles_are_zero,
        angle_without_sign, swapped_atan2, quarter_turn, nearest_bin, steps_back, central_steps, around_the_rim,
        last_column_left_out, bins_first, cells_down_first, unit_length, left_is_last_bin, nine_bins_always,
        pixels_as_bytes, lifted_angle_panics, cut_to_cells_first, cells_rounded_up, divides_by_strongest,
        red_alone, gray_as_mean, cell_of_two_at_least, single_row_is_empty, numbers_of_pixels, density,
        shares_of_all_numbers, shares_of_length_one, negative_hue_is_zero, negative_hue_without_sign,
        forgets_offsets, blue_comes_first, nearest_hue_bin, saturation_for_hue, brightness_for_hue,
        weighs_by_saturation, three_colours_only, one_bin_on, gray_left_out, shares_of_coloured_pixels,
        gray_in_last_bin, whole_turn_panics, bin_before_the_border, faint_counts_as_gray,
        too_small_for_a_histogram, functions_reversed, first_function_only, last_function_only,
        first_image_everywhere, features_transposed, functions_one_after_another, last_image_left_out,
        images_divided_by_255, images_turned, adds_up_functions, same_result_once, looks_at_second_image,
        own_mean_and_deviation, all_examples_together, no_ones, ones_first, zeros_behind, ones_standardized,
        one_less_than_n, variance, mean_only, deviation_only, divides_before_subtracting, between_zero_and_one,
        one_mean_for_all, row_by_row, adds_a_small_number, divides_by_zero, compares_deviation_with_zero,
        constant_stays, constant_becomes_zero, single_example_by_itself, rates_in_columns, accuracy_on_training,
        shares_of_mistakes, accuracies_in_percent, numbers_right, batches_of_fifty, batches_of_all,
        another_seed_each_time, fixed_seed, hundred_iterations, exchanges_rate_and_strength, never_regularised,
        trains_on_validation, lowest_wins, first_pair_wins, places_of_the_best, last_of_equals_wins,
        chooses_by_training,
    ],
    right: [
        degrees, whole_arrays, small_functions,
    ],
};
