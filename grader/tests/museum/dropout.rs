//! The recorded answers of `dropout`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::dropout::Functions;

use super::Fails::{All, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::dropout::Functions {
            dropout_forward: Some(gradus_assignments::dropout::answer!(dropout_forward)),
            dropout_backward: Some(gradus_assignments::dropout::answer!(dropout_backward)),
            scores: Some(scores),
            fully_connected_loss: Some(fully_connected_loss),
            mc_dropout_predict: Some(mc_dropout_predict),
            max_norm: Some(max_norm),
            label_smoothing_loss: Some(label_smoothing_loss),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        dropout_forward: Some(|_, _, _, _| todo!()),
        dropout_backward: Some(|_, _, _, _, _| todo!()),
        scores: Some(|_, _, _, _, _| todo!()),
        fully_connected_loss: Some(|_, _, _, _, _, _| todo!()),
        mc_dropout_predict: Some(|_, _, _, _, _| todo!()),
        max_norm: Some(|_, _| todo!()),
        label_smoothing_loss: Some(|_, _, _| todo!()),
    };
    Museum {
        id: "dropout",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::dropout::answers(),
        untouched: Box::new(untouched),
    }
}

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/dropout/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions and types, and `wrong()` for all of them. What a
/// wrong answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/dropout/wrong/", stringify!($name), ".rs"));

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
    forgets_division: dropout_forward, All;
    multiplies_by_p: dropout_forward, All;
    divides_by_dropped: dropout_forward, All;
    divides_by_root: dropout_forward, All;
    p_drops: dropout_forward, Only(&["share of zeros", "mean of the output", "everything kept, hardly anything kept"]);
    p_as_pytorch: dropout_forward, All;
    scales_in_evaluation: dropout_forward, Only(&["evaluation"]);
    drops_in_evaluation: dropout_forward, Only(&["evaluation"]);
    never_drops: dropout_forward, All;
    divides_everything: dropout_forward, All;
    whole_rows: dropout_forward, Only(&["draws of their own", "everything kept, hardly anything kept", "mean of the output", "one axis to four axes", "output in training", "seeds", "share of zeros"]);
    one_mask_for_all_rows: dropout_forward, Only(&["draws of their own", "everything kept, hardly anything kept", "mean of the output", "one axis to four axes", "seeds", "share of zeros"]);
    exact_count: dropout_forward, Only(&["share of zeros"]);
    exact_count_in_each_row: dropout_forward, Only(&["draws of their own", "everything kept, hardly anything kept", "one axis to four axes", "share of zeros"]);
    forward_ignores_seed: dropout_forward, Only(&["share of zeros", "seeds"]);
    new_mask_each_time: dropout_forward, Only(&["seeds"]);
    keeps_the_largest: dropout_forward, Only(&["share of zeros", "mean of the output", "seeds"]);
    forward_in_single_precision: dropout_forward, All;
    draws_bytes: dropout_forward, Only(&["everything kept, hardly anything kept"]);
    forward_of_matrices_only: dropout_forward, Only(&["one axis to four axes"]);
    passes_everything_back: dropout_backward, All;
    back_without_division: dropout_backward, All;
    back_divides_everything: dropout_backward, All;
    back_with_new_mask: dropout_backward, All;
    back_the_other_way_round: dropout_backward, All;
    mask_alone: dropout_backward, All;
    back_with_minus: dropout_backward, All;
    back_divides_twice: dropout_backward, All;
    decides_by_upstream: dropout_backward, All;
    back_in_single_precision: dropout_backward, All;
    nothing_back_in_evaluation: dropout_backward, Only(&["dx in evaluation"]);
    no_mask_in_evaluation: dropout_backward, Only(&["dx in evaluation"]);
    back_through_matrices_only: dropout_backward, Only(&["one axis to four axes", "gradient against the slope of the output"]);
    mask_from_output: dropout_backward, Only(&["numbers that were 0 already"]);
    mask_from_positive_output: dropout_backward, All;
    divides_back_in_evaluation: dropout_backward, Only(&["dx in evaluation"]);
    drops_scores: scores, Only(&["images", "inputs left alone", "masks of their own", "no hidden layer, everything kept", "scores in training"]);
    drops_features: scores, Only(&["images", "inputs left alone", "masks of their own", "no hidden layer, everything kept", "scores in training"]);
    scores_always_evaluated: scores, Only(&["images", "inputs left alone", "masks of their own", "scores in training"]);
    scores_always_trained: scores, All;
    same_seed_for_each_layer: scores, Only(&["masks of their own"]);
    drops_behind_first_layer_only: scores, Only(&["images", "inputs left alone", "masks of their own", "scores in training"]);
    drops_behind_last_hidden_layer_only: scores, Only(&["images", "inputs left alone", "masks of their own", "scores in training"]);
    scales_scores_in_evaluation: scores, All;
    scores_with_p_exchanged: scores, Only(&["images", "inputs left alone", "masks of their own", "no hidden layer, everything kept", "scores in training"]);
    scores_without_division: scores, Only(&["images", "inputs left alone", "masks of their own", "scores in training"]);
    scores_bent: scores, All;
    scores_without_relu: scores, All;
    scores_without_biases: scores, All;
    scores_ignore_seed: scores, Only(&["masks of their own"]);
    scores_new_each_time: scores, Only(&["masks of their own"]);
    examples_share_a_mask: scores, Only(&["masks of their own"]);
    scores_of_rows_only: scores, Only(&["images"]);
    needs_a_hidden_layer: scores, Only(&["no hidden layer, everything kept"]);
    loss_never_drops: fully_connected_loss, Only(&["gradients in training", "inputs left alone", "loss in training", "masks of their own", "no hidden layer, images", "regulariser"]);
    loss_with_p_exchanged: fully_connected_loss, Only(&["gradients in training", "loss in training", "masks of their own", "regulariser"]);
    back_past_dropout: fully_connected_loss, Only(&["gradients against the slope of the loss", "gradients in training", "inputs left alone", "no hidden layer, images", "regulariser"]);
    back_through_other_masks: fully_connected_loss, Only(&["gradients against the slope of the loss", "gradients in training", "no hidden layer, images", "regulariser"]);
    loss_drops_scores: fully_connected_loss, Only(&["gradients in training", "inputs left alone", "loss in training", "masks of their own", "no hidden layer, images", "regulariser"]);
    loss_drops_features: fully_connected_loss, Only(&["gradients in training", "loss in training", "masks of their own", "no hidden layer, images", "regulariser"]);
    loss_of_evaluation: fully_connected_loss, Only(&["gradients against the slope of the loss", "gradients in training", "inputs left alone", "loss in training", "masks of their own", "no hidden layer, images", "regulariser"]);
    loss_same_seed_for_each_layer: fully_connected_loss, Only(&["masks of their own"]);
    loss_ignores_seed: fully_connected_loss, Only(&["masks of their own"]);
    loss_examples_share_a_mask: fully_connected_loss, Only(&["masks of their own"]);
    whole_regulariser: fully_connected_loss, All;
    regulariser_without_slope: fully_connected_loss, All;
    regularises_biases: fully_connected_loss, All;
    regulariser_times_p: fully_connected_loss, Only(&["inputs left alone", "no hidden layer, images", "regulariser"]);
    gradients_last_first: fully_connected_loss, All;
    mean_twice: fully_connected_loss, All;
    loss_of_rows_only: fully_connected_loss, Only(&["no hidden layer, images"]);
    loss_needs_a_hidden_layer: fully_connected_loss, Only(&["no hidden layer, images"]);
    mean_of_scores: mc_dropout_predict, All;
    softmax_of_mean_scores: mc_dropout_predict, Only(&["inputs left alone", "many passes", "mean of a few passes", "spread of a few passes"]);
    every_pass_the_same: mc_dropout_predict, Only(&["many passes", "spread of a few passes"]);
    passes_in_evaluation: mc_dropout_predict, Only(&["inputs left alone", "many passes", "mean of a few passes", "one pass", "seeds", "spread of a few passes"]);
    one_pass_less_to_divide: mc_dropout_predict, Only(&["everything kept", "one pass", "spread of a few passes"]);
    variance_for_spread: mc_dropout_predict, Only(&["many passes", "spread of a few passes"]);
    sum_of_passes: mc_dropout_predict, All;
    root_of_what_rounding_leaves: mc_dropout_predict, Only(&["everything kept", "spread of a few passes"]);
    error_of_the_mean: mc_dropout_predict, Only(&["many passes", "spread of a few passes"]);
    mean_absolute_deviation: mc_dropout_predict, Only(&["many passes", "spread of a few passes"]);
    passes_ignore_seed: mc_dropout_predict, Only(&["seeds"]);
    one_pass_too_many: mc_dropout_predict, All;
    passes_with_p_exchanged: mc_dropout_predict, Only(&["many passes", "mean of a few passes", "spread of a few passes"]);
    spread_of_scores: mc_dropout_predict, Only(&["many passes", "spread of a few passes"]);
    shortens_rows: max_norm, All;
    shortens_the_whole: max_norm, All;
    holds_each_weight: max_norm, All;
    all_as_long_as_the_limit: max_norm, All;
    only_divides: max_norm, All;
    squared_length: max_norm, All;
    sum_of_absolute_values: max_norm, All;
    zero_by_zero: max_norm, Only(&["columns of zeros"]);
    longest_decides: max_norm, All;
    short_ones_twice: max_norm, All;
    with_epsilon: max_norm, All;
    leaves_weights: max_norm, All;
    root_mean_square: max_norm, All;
    spreads_over_the_others: label_smoothing_loss, All;
    label_gets_nothing_of_it: label_smoothing_loss, All;
    on_top_of_certainty: label_smoothing_loss, All;
    smoothing_exchanged: label_smoothing_loss, All;
    no_smoothing: label_smoothing_loss, All;
    sum_of_losses: label_smoothing_loss, All;
    gradient_of_the_sum: label_smoothing_loss, Only(&["gradient against the slope of the loss", "gradient of fresh scores", "no smoothing", "one example, two classes, inputs left alone", "recorded scores", "scores far apart"]);
    gradient_without_smoothing: label_smoothing_loss, Only(&["gradient against the slope of the loss", "gradient of fresh scores", "no smoothing", "one example, two classes, inputs left alone", "recorded scores", "scores far apart"]);
    logarithm_of_zero: label_smoothing_loss, Only(&["scores far apart"]);
    exponentials_overflow: label_smoothing_loss, Only(&["scores far apart"]);
    loss_with_minus: label_smoothing_loss, All;
    smooths_twice: label_smoothing_loss, All;
    smooths_whole_classes: label_smoothing_loss, All;
    smoothing_in_single_precision: label_smoothing_loss, All;
    ten_classes_at_most: label_smoothing_loss, All;
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/dropout/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { booleans written_out one_forward }

/// One of the right answers.
pub fn first_right() -> Functions {
    booleans::FUNCTIONS
}
