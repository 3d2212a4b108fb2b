//! The recorded answers of `features`.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, reason = "recorded answers stay as students write them")]

use gradus_assignments::features::Functions;

use super::Fails::{All, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::features::Functions {
            rgb2gray: Some(rgb2gray),
            hog_feature: Some(hog_feature),
            color_histogram_hsv: Some(color_histogram_hsv),
            extract_features: Some(gradus_assignments::features::answer!(extract_features)),
            standardize: Some(standardize),
            tune_classifier: Some(tune_classifier),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        rgb2gray: Some(|_| todo!()),
        hog_feature: Some(|_, _, _| todo!()),
        color_histogram_hsv: Some(|_, _| todo!()),
        extract_features: Some(|_, _| todo!()),
        standardize: Some(|_, _| todo!()),
        tune_classifier: Some(|_, _, _, _, _, _, _, _| todo!()),
    };
    Museum {
        id: "features",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::features::answers(),
        untouched: Box::new(untouched),
    }
}

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/features/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions, and `wrong()` for all of them. What a wrong
/// answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/features/wrong/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn wrong() -> Vec<Wrong> {
            vec![$(Wrong {
                name: stringify!($name),
                function: stringify!($function),
                answer: Box::new($name::FUNCTIONS),
                fails: $fails,
            },)*]
        }
    };
}

wrong_answers! {
    mean_of_channels: rgb2gray, All;
    sum_of_channels: rgb2gray, All;
    blue_green_red: rgb2gray, All;
    other_standard: rgb2gray, All;
    gray_rounded_down: rgb2gray, All;
    gray_from_zero_to_one: rgb2gray, All;
    largest_channel: rgb2gray, All;
    gray_transposed: rgb2gray, All;
    green_alone: rgb2gray, All;
    one_channel_weighed: rgb2gray, Only(&["images of one channel", "inputs left alone"]);
    one_channel_panics: rgb2gray, Only(&["images of one channel", "inputs left alone"]);
    three_columns_are_channels: rgb2gray, Only(&["images of one channel", "one row, one pixel"]);
    guesses_the_scale: rgb2gray, Only(&["black, white and pure colours"]);
    sums_over_cell: hog_feature, All;
    counts_pixels: hog_feature, All;
    squared_lengths: hog_feature, All;
    adds_absolute_steps: hog_feature, All;
    whole_circle: hog_feature, All;
    drops_negative_angles: hog_feature, All;
    negative_angles_are_zero: hog_feature, All;
    angle_without_sign: hog_feature, All;
    swapped_atan2: hog_feature, All;
    quarter_turn: hog_feature, All;
    nearest_bin: hog_feature, All;
    steps_back: hog_feature, All;
    central_steps: hog_feature, All;
    around_the_rim: hog_feature, All;
    last_column_left_out: hog_feature, All;
    bins_first: hog_feature, All;
    cells_down_first: hog_feature, All;
    unit_length: hog_feature, All;
    left_is_last_bin: hog_feature, All;
    nine_bins_always: hog_feature, All;
    pixels_as_bytes: hog_feature, All;
    lifted_angle_panics: hog_feature, Only(&["directions"]);
    cut_to_cells_first: hog_feature, Only(&["directions", "sizes that are no multiple of the cell", "recorded images"]);
    cells_rounded_up: hog_feature, Only(&["directions", "sizes that are no multiple of the cell", "recorded images"]);
    divides_by_strongest: hog_feature, Only(&["even images", "one row, one column"]);
    red_alone: hog_feature, Only(&["images in colour"]);
    gray_as_mean: hog_feature, Only(&["images in colour"]);
    cell_of_two_at_least: hog_feature, Only(&["other cells, other bins", "one row, one column", "recorded images"]);
    single_row_is_empty: hog_feature, Only(&["one row, one column"]);
    numbers_of_pixels: color_histogram_hsv, All;
    density: color_histogram_hsv, All;
    shares_of_all_numbers: color_histogram_hsv, All;
    shares_of_length_one: color_histogram_hsv, All;
    negative_hue_is_zero: color_histogram_hsv, All;
    negative_hue_without_sign: color_histogram_hsv, All;
    forgets_offsets: color_histogram_hsv, All;
    blue_comes_first: color_histogram_hsv, All;
    nearest_hue_bin: color_histogram_hsv, All;
    saturation_for_hue: color_histogram_hsv, All;
    brightness_for_hue: color_histogram_hsv, All;
    weighs_by_saturation: color_histogram_hsv, All;
    three_colours_only: color_histogram_hsv, All;
    one_bin_on: color_histogram_hsv, All;
    gray_left_out: color_histogram_hsv, Only(&["grey, black and white", "recorded images"]);
    shares_of_coloured_pixels: color_histogram_hsv, Only(&["grey, black and white", "recorded images"]);
    gray_in_last_bin: color_histogram_hsv, Only(&["grey, black and white", "recorded images"]);
    whole_turn_panics: color_histogram_hsv, Only(&["hues at the border of two bins"]);
    bin_before_the_border: color_histogram_hsv, Only(&["hues at the border of two bins"]);
    faint_counts_as_gray: color_histogram_hsv, Only(&["dark, pale and other scales"]);
    too_small_for_a_histogram: color_histogram_hsv, Only(&["one pixel, one bin"]);
    functions_reversed: extract_features, All;
    first_function_only: extract_features, All;
    last_function_only: extract_features, All;
    first_image_everywhere: extract_features, All;
    features_transposed: extract_features, All;
    functions_one_after_another: extract_features, All;
    last_image_left_out: extract_features, All;
    images_divided_by_255: extract_features, All;
    images_turned: extract_features, All;
    adds_up_functions: extract_features, All;
    same_result_once: extract_features, Only(&["functions in their order"]);
    looks_at_second_image: extract_features, Only(&["one image, one function"]);
    own_mean_and_deviation: standardize, All;
    all_examples_together: standardize, All;
    no_ones: standardize, All;
    ones_first: standardize, All;
    zeros_behind: standardize, All;
    ones_standardized: standardize, All;
    one_less_than_n: standardize, All;
    variance: standardize, All;
    mean_only: standardize, All;
    deviation_only: standardize, All;
    divides_before_subtracting: standardize, All;
    between_zero_and_one: standardize, All;
    one_mean_for_all: standardize, All;
    row_by_row: standardize, All;
    adds_a_small_number: standardize, All;
    divides_by_zero: standardize, Only(&["constant features", "one example"]);
    compares_deviation_with_zero: standardize, Only(&["constant features"]);
    constant_stays: standardize, Only(&["constant features", "one example"]);
    constant_becomes_zero: standardize, Only(&["constant features", "one example"]);
    single_example_by_itself: standardize, Only(&["one example", "recorded features"]);
    rates_in_columns: tune_classifier, All;
    accuracy_on_training: tune_classifier, All;
    shares_of_mistakes: tune_classifier, All;
    accuracies_in_percent: tune_classifier, All;
    numbers_right: tune_classifier, All;
    batches_of_fifty: tune_classifier, All;
    batches_of_all: tune_classifier, All;
    another_seed_each_time: tune_classifier, All;
    fixed_seed: tune_classifier, All;
    hundred_iterations: tune_classifier, All;
    exchanges_rate_and_strength: tune_classifier, All;
    never_regularised: tune_classifier, All;
    trains_on_validation: tune_classifier, All;
    lowest_wins: tune_classifier, Only(&["the best pair", "equally good pairs", "one rate, one strength"]);
    first_pair_wins: tune_classifier, Only(&["the best pair", "equally good pairs", "one rate, one strength"]);
    places_of_the_best: tune_classifier, Only(&["the best pair", "equally good pairs", "one rate, one strength"]);
    last_of_equals_wins: tune_classifier, Only(&["equally good pairs"]);
    chooses_by_training: tune_classifier, Only(&["the best pair", "equally good pairs", "one rate, one strength"]);
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/features/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { degrees whole_arrays small_functions }

/// One of the right answers.
pub fn first_right() -> Functions {
    degrees::FUNCTIONS
}
