//! The recorded answers of `knn`.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, reason = "recorded answers stay as students write them")]

use gradus_assignments::knn::Functions;

use super::Fails::{All, Only};
use super::{Museum, Wrong, wrong_answers, wrong_callers};
use crate::wholly_wrong;

macro_rules! all {
    ($($path:tt)*) => {
        gradus_assignments::knn::Functions {
            compute_distances_two_loops: Some($($path)* compute_distances_two_loops),
            compute_distances_one_loop: Some($($path)* compute_distances_one_loop),
            compute_distances_no_loops: Some($($path)* compute_distances_no_loops),
            predict_labels: Some($($path)* predict_labels),
            cross_validate: Some($($path)* cross_validate),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        compute_distances_two_loops: Some(|_, _| todo!()),
        compute_distances_one_loop: Some(|_, _| todo!()),
        compute_distances_no_loops: Some(|_, _| todo!()),
        predict_labels: Some(|_, _, _| todo!()),
        cross_validate: Some(|_, _, _, _| todo!()),
    };
    Museum {
        id: "knn",
        wrong: wrong().into_iter().chain(wrong_cross_validations()).collect(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::knn::answers(),
        untouched: Box::new(untouched),
    }
}

wrong_answers! {
    Functions beside all!(expanded_squares::);
    no_root: compute_distances_two_loops, "../../keys/knn/wrong/no_root.rs", All;
    manhattan: compute_distances_two_loops, "../../keys/knn/wrong/manhattan.rs", All;
    adds_before_squaring: compute_distances_two_loops, "../../keys/knn/wrong/adds_before_squaring.rs", All;
    largest_difference: compute_distances_two_loops, "../../keys/knn/wrong/largest_difference.rs", All;
    mean_over_features: compute_distances_two_loops, "../../keys/knn/wrong/mean_over_features.rs", All;
    adds_features: compute_distances_two_loops, "../../keys/knn/wrong/adds_features.rs", All;
    leaves_out_last_feature: compute_distances_two_loops, "../../keys/knn/wrong/leaves_out_last_feature.rs", All;
    difference_of_lengths: compute_distances_two_loops, "../../keys/knn/wrong/difference_of_lengths.rs", All;
    train_in_rows: compute_distances_two_loops, "../../keys/knn/wrong/train_in_rows.rs", All;
    sum_goes_on: compute_distances_two_loops, "../../keys/knn/wrong/sum_goes_on.rs", All;
    square_matrix: compute_distances_two_loops, "../../keys/knn/wrong/square_matrix.rs", All;
    leaves_out_first_examples: compute_distances_two_loops, "../../keys/knn/wrong/leaves_out_first_examples.rs", All;
    single_precision: compute_distances_two_loops, "../../keys/knn/wrong/single_precision.rs", All;
    caches_by_shape: compute_distances_two_loops, "../../keys/knn/wrong/caches_by_shape.rs", All;
    small_ones_are_zero: compute_distances_two_loops, "../../keys/knn/wrong/small_ones_are_zero.rs", Only(&["points far from the origin", "recorded points"]);
    distance_to_itself_is_nan: compute_distances_two_loops, "../../keys/knn/wrong/distance_to_itself_is_nan.rs", Only(&["identical points"]);
    one_feature_panics: compute_distances_two_loops, "../../keys/knn/wrong/one_feature_panics.rs", Only(&["one example, one feature"]);
    one_no_root: compute_distances_one_loop, "../../keys/knn/wrong/one_no_root.rs", All;
    one_manhattan: compute_distances_one_loop, "../../keys/knn/wrong/one_manhattan.rs", All;
    one_sums_over_examples: compute_distances_one_loop, "../../keys/knn/wrong/one_sums_over_examples.rs", All;
    one_root_before_sum: compute_distances_one_loop, "../../keys/knn/wrong/one_root_before_sum.rs", All;
    one_number_for_a_row: compute_distances_one_loop, "../../keys/knn/wrong/one_number_for_a_row.rs", All;
    one_mean_over_features: compute_distances_one_loop, "../../keys/knn/wrong/one_mean_over_features.rs", All;
    one_first_example_only: compute_distances_one_loop, "../../keys/knn/wrong/one_first_example_only.rs", All;
    one_fills_every_row: compute_distances_one_loop, "../../keys/knn/wrong/one_fills_every_row.rs", All;
    one_fills_columns: compute_distances_one_loop, "../../keys/knn/wrong/one_fills_columns.rs", All;
    one_adds: compute_distances_one_loop, "../../keys/knn/wrong/one_adds.rs", All;
    one_sums_before_squaring: compute_distances_one_loop, "../../keys/knn/wrong/one_sums_before_squaring.rs", All;
    product_once: compute_distances_no_loops, "../../keys/knn/wrong/product_once.rs", All;
    product_with_plus: compute_distances_no_loops, "../../keys/knn/wrong/product_with_plus.rs", All;
    no_product: compute_distances_no_loops, "../../keys/knn/wrong/no_product.rs", All;
    no_loops_no_root: compute_distances_no_loops, "../../keys/knn/wrong/no_loops_no_root.rs", All;
    rounding_below_zero: compute_distances_no_loops, "../../keys/knn/wrong/rounding_below_zero.rs", Only(&["identical points"]);
    forgets_train_lengths: compute_distances_no_loops, "../../keys/knn/wrong/forgets_train_lengths.rs", All;
    forgets_test_lengths: compute_distances_no_loops, "../../keys/knn/wrong/forgets_test_lengths.rs", All;
    lengths_not_squared: compute_distances_no_loops, "../../keys/knn/wrong/lengths_not_squared.rs", All;
    lengths_down_columns: compute_distances_no_loops, "../../keys/knn/wrong/lengths_down_columns.rs", All;
    both_lengths_as_rows: compute_distances_no_loops, "../../keys/knn/wrong/both_lengths_as_rows.rs", All;
    product_of_lengths: compute_distances_no_loops, "../../keys/knn/wrong/product_of_lengths.rs", All;
    products_of_training_points: compute_distances_no_loops, "../../keys/knn/wrong/products_of_training_points.rs", All;
    no_loops_train_in_rows: compute_distances_no_loops, "../../keys/knn/wrong/no_loops_train_in_rows.rs", All;
    no_loops_single_precision: compute_distances_no_loops, "../../keys/knn/wrong/no_loops_single_precision.rs", All;
    loops_for_no_loops: compute_distances_no_loops, "../../keys/knn/wrong/loops_for_no_loops.rs", Only(&["speed of a matrix product"]);
    block_of_differences: compute_distances_no_loops, "../../keys/knn/wrong/block_of_differences.rs", Only(&["speed of a matrix product"]);
    one_of_each_only_as_vector: compute_distances_no_loops, "../../keys/knn/wrong/one_of_each_only_as_vector.rs", Only(&["one example, one feature", "recorded points"]);
    centred_by_itself: compute_distances_no_loops, "../../keys/knn/wrong/centred_by_itself.rs", All;
    furthest_vote: predict_labels, "../../keys/knn/wrong/furthest_vote.rs", All;
    nearest_alone: predict_labels, "../../keys/knn/wrong/nearest_alone.rs", All;
    one_vote_too_many: predict_labels, "../../keys/knn/wrong/one_vote_too_many.rs", All;
    one_vote_too_few: predict_labels, "../../keys/knn/wrong/one_vote_too_few.rs", All;
    place_not_label: predict_labels, "../../keys/knn/wrong/place_not_label.rs", All;
    votes_not_label: predict_labels, "../../keys/knn/wrong/votes_not_label.rs", All;
    largest_of_equals: predict_labels, "../../keys/knn/wrong/largest_of_equals.rs", All;
    nearest_of_equals: predict_labels, "../../keys/knn/wrong/nearest_of_equals.rs", All;
    later_of_equal_distances: predict_labels, "../../keys/knn/wrong/later_of_equal_distances.rs", Only(&["equal distances"]);
    votes_by_nearness: predict_labels, "../../keys/knn/wrong/votes_by_nearness.rs", All;
    mean_label: predict_labels, "../../keys/knn/wrong/mean_label.rs", All;
    never_first_class: predict_labels, "../../keys/knn/wrong/never_first_class.rs", All;
    ten_classes: predict_labels, "../../keys/knn/wrong/ten_classes.rs", Only(&["labels of fresh distances", "one example, one class", "one neighbour"]);
    counts_labels_that_occur: predict_labels, "../../keys/knn/wrong/counts_labels_that_occur.rs", Only(&["all are neighbours", "labels of fresh distances", "one example, one class", "recorded distances"]);
    neighbours_down_columns: predict_labels, "../../keys/knn/wrong/neighbours_down_columns.rs", All;
    sorts_whole_numbers: predict_labels, "../../keys/knn/wrong/sorts_whole_numbers.rs", All;
    sorts_distances_alone: predict_labels, "../../keys/knn/wrong/sorts_distances_alone.rs", All;
    never_all: predict_labels, "../../keys/knn/wrong/never_all.rs", Only(&["all are neighbours", "one example, one class"]);
    single_vote_is_furthest: predict_labels, "../../keys/knn/wrong/single_vote_is_furthest.rs", Only(&["equal distances", "one neighbour"]);
    one_too_high: predict_labels, "../../keys/knn/wrong/one_too_high.rs", All;
}

wrong_callers! {
    Functions beside all!(expanded_squares::);
    wrong_cross_validations: cross_validate calls {compute_distances_no_loops, predict_labels} of expanded_squares;
    fold_votes_too: "../../keys/knn/wrong/fold_votes_too.rs", All;
    fold_alone_votes: "../../keys/knn/wrong/fold_alone_votes.rs", All;
    accuracy_on_voters: "../../keys/knn/wrong/accuracy_on_voters.rs", All;
    folds_in_rows: "../../keys/knn/wrong/folds_in_rows.rs", All;
    counts_not_shares: "../../keys/knn/wrong/counts_not_shares.rs", All;
    shares_of_all: "../../keys/knn/wrong/shares_of_all.rs", All;
    percent: "../../keys/knn/wrong/percent.rs", All;
    shares_of_errors: "../../keys/knn/wrong/shares_of_errors.rs", All;
    every_nth_example: "../../keys/knn/wrong/every_nth_example.rs", All;
    rest_left_out: "../../keys/knn/wrong/rest_left_out.rs", Only(&["folds of different lengths"]);
    rest_in_last_fold: "../../keys/knn/wrong/rest_in_last_fold.rs", Only(&["folds of different lengths"]);
    rounded_up: "../../keys/knn/wrong/rounded_up.rs", Only(&["folds of different lengths"]);
    longer_folds_last: "../../keys/knn/wrong/longer_folds_last.rs", Only(&["folds of different lengths"]);
    first_k_for_all: "../../keys/knn/wrong/first_k_for_all.rs", All;
    row_number_for_k: "../../keys/knn/wrong/row_number_for_k.rs", All;
    mean_in_every_fold: "../../keys/knn/wrong/mean_in_every_fold.rs", All;
    labels_of_first_fold: "../../keys/knn/wrong/labels_of_first_fold.rs", All;
    labels_of_first_voters: "../../keys/knn/wrong/labels_of_first_voters.rs", All;
    shuffles: "../../keys/knn/wrong/shuffles.rs", All;
    later_folds_only: "../../keys/knn/wrong/later_folds_only.rs", All;
    sorts_ks: "../../keys/knn/wrong/sorts_ks.rs", All;
    needs_two_choices: "../../keys/knn/wrong/needs_two_choices.rs", Only(&["two folds, one k"]);
    a_single_example_is_no_fold: "../../keys/knn/wrong/a_single_example_is_no_fold.rs", Only(&["folds of different lengths", "one example in each fold"]);
}

#[path = "../../keys/knn/right/expanded_squares.rs"]
mod expanded_squares;
#[path = "../../keys/knn/right/plain_loops.rs"]
mod plain_loops;

/// Its functions are private, as a student may leave them, so it is read into this module.
mod iterators {
    include!("../../keys/knn/right/iterators.rs");

    pub const FUNCTIONS: super::Functions = super::all!();
}

/// One of the right answers.
pub fn first_right() -> Functions {
    right().remove(0).1
}

fn right() -> Vec<(&'static str, Functions)> {
    vec![
        ("plain_loops", all!(plain_loops::)),
        ("iterators", iterators::FUNCTIONS),
        ("expanded_squares", all!(expanded_squares::)),
    ]
}
