//! The recorded answers of `two_layer_net`.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, reason = "recorded answers stay as students write them")]

use gradus_assignments::two_layer_net::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::two_layer_net::Functions {
            affine_forward: Some(gradus_assignments::two_layer_net::answer!(affine_forward)),
            affine_backward: Some(gradus_assignments::two_layer_net::answer!(affine_backward)),
            relu_forward: Some(gradus_assignments::two_layer_net::answer!(relu_forward)),
            relu_backward: Some(gradus_assignments::two_layer_net::answer!(relu_backward)),
            two_layer_net_loss: Some(two_layer_net_loss),
            train: Some(train),
            predict: Some(predict),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        affine_forward: Some(|_, _, _| todo!()),
        affine_backward: Some(|_, _, _, _| todo!()),
        relu_forward: Some(|_| todo!()),
        relu_backward: Some(|_, _| todo!()),
        two_layer_net_loss: Some(|_, _, _, _| todo!()),
        train: Some(|_, _, _, _, _, _, _, _| todo!()),
        predict: Some(|_, _| todo!()),
    };
    Museum {
        id: "two_layer_net",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::two_layer_net::answers(),
        untouched: Box::new(untouched),
    }
}

const LOSSES: &[&str] = &["loss without regularisation", "loss with regularisation"];
const UNREGULARISED: &[&str] =
    &["loss without regularisation", "gradient of the second layer", "gradient of the first layer"];
const WITHOUT_SLOPE: &[&str] = &[
    "loss without regularisation",
    "loss with regularisation",
    "gradient of the second layer",
    "gradient of the first layer",
];

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/two_layer_net/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions and types, and `wrong()` for all of them. What a
/// wrong answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/two_layer_net/wrong/", stringify!($name), ".rs"));

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
    forgets_bias: affine_forward, All;
    subtracts_bias: affine_forward, All;
    one_bias_for_all: affine_forward, All;
    bias_for_first_example: affine_forward, All;
    bias_along_examples: affine_forward, All;
    transposed_output: affine_forward, All;
    reads_column_by_column: affine_forward, Only(&["output of images", "recorded inputs", "one example, one feature, one output", "inputs left alone"]);
    matrices_only: affine_forward, Only(&["output of images", "recorded inputs", "one example, one feature, one output", "inputs left alone"]);
    bends_already: affine_forward, All;
    single_precision: affine_forward, All;
    divided_by_batch: affine_forward, All;
    loops_forward: affine_forward, Only(&["speed of matrix products"]);
    dx_without_transposing: affine_backward, All;
    dx_as_rows: affine_backward, Only(&["gradients of images", "recorded inputs", "one example, one feature, one output", "inputs left alone"]);
    divides_by_batch_again: affine_backward, AllBut(&["dx of fresh inputs"]);
    db_as_mean: affine_backward, AllBut(&["dx of fresh inputs", "dw of fresh inputs"]);
    db_along_outputs: affine_backward, AllBut(&["dx of fresh inputs", "dw of fresh inputs"]);
    db_counts_examples: affine_backward, AllBut(&["dx of fresh inputs", "dw of fresh inputs"]);
    transposed_dw: affine_backward, AllBut(&["dx of fresh inputs", "db of fresh inputs"]);
    dw_of_last_example: affine_backward, AllBut(&["dx of fresh inputs", "db of fresh inputs"]);
    ignores_upstream: affine_backward, All;
    backward_with_minus: affine_backward, All;
    refuses_other_orders: affine_backward, Only(&["one example, one feature, one output"]);
    shapes_column_by_column: affine_backward, AllBut(&["dx of fresh inputs", "dw of fresh inputs", "db of fresh inputs", "speed of matrix products"]);
    loops_backward: affine_backward, Only(&["speed of matrix products"]);
    takes_away_signs: relu_forward, All;
    leaks: relu_forward, All;
    one_or_zero: relu_forward, All;
    takes_the_smaller: relu_forward, All;
    stops_at_one: relu_forward, All;
    passes_everything: relu_forward, All;
    soft_bend: relu_forward, All;
    relu_of_matrices_only: relu_forward, Only(&["one axis to four axes"]);
    whole_numbers: relu_forward, All;
    first_example_decides: relu_forward, All;
    passes_everything_back: relu_backward, All;
    decides_by_upstream: relu_backward, All;
    other_way_round: relu_backward, All;
    slope_alone: relu_backward, All;
    times_output: relu_backward, All;
    times_sign: relu_backward, All;
    passes_at_zero: relu_backward, Only(&["exactly 0", "recorded numbers"]);
    half_at_zero: relu_backward, Only(&["exactly 0", "recorded numbers"]);
    leaks_back: relu_backward, All;
    back_through_matrices_only: relu_backward, Only(&["one axis to four axes", "gradient against the slope of the output"]);
    relu_with_minus: relu_backward, All;
    whole_regulariser: two_layer_net_loss, AllBut(UNREGULARISED);
    slope_of_whole_regulariser: two_layer_net_loss, AllBut(WITHOUT_SLOPE);
    regularises_biases: two_layer_net_loss, AllBut(UNREGULARISED);
    regulariser_without_slope: two_layer_net_loss, AllBut(WITHOUT_SLOPE);
    regularises_first_layer_only: two_layer_net_loss, AllBut(UNREGULARISED);
    net_regulariser_divided_by_n: two_layer_net_loss, AllBut(UNREGULARISED);
    back_without_relu: two_layer_net_loss, AllBut(&["loss without regularisation", "loss with regularisation", "gradient of the second layer"]);
    relu_behind_second_layer: two_layer_net_loss, All;
    two_straight_layers: two_layer_net_loss, All;
    mean_twice: two_layer_net_loss, AllBut(LOSSES);
    labels_from_one: two_layer_net_loss, All;
    hinge_for_softmax: two_layer_net_loss, All;
    forgets_second_bias: two_layer_net_loss, All;
    back_through_changed_weights: two_layer_net_loss, AllBut(WITHOUT_SLOPE);
    never_updates: train, All;
    climbs: train, All;
    ignores_learning_rate: train, All;
    biases_stay: train, All;
    second_layer_only: train, All;
    ignores_regulariser: train, Only(&["loss history", "regularised steps"]);
    history_after_update: train, Only(&["loss history"]);
    history_one_too_long: train, Only(&["loss history", "images of clothing", "sizes"]);
    full_batch: train, Only(&["random mini-batches"]);
    first_examples_only: train, Only(&["images of clothing", "random mini-batches"]);
    labels_of_other_examples: train, Only(&["images of clothing", "random mini-batches"]);
    ignores_seed: train, Only(&["same seed, same result"]);
    batch_larger_than_data_panics: train, Only(&["sizes"]);
    stops_early: train, Only(&["images of clothing", "several steps"]);
    starts_afresh: train, All;
    argmin: predict, All;
    predicts_one_too_high: predict, All;
    search_starts_at_zero: predict, Only(&["negative scores", "recorded network"]);
    predicts_first_class: predict, All;
    predicts_without_relu: predict, All;
    predicts_without_biases: predict, All;
    argmax_over_examples: predict, All;
    predicts_hidden_unit: predict, All;
    highest_without_sign: predict, All;
    leaves_out_last_class: predict, All;
    predicts_for_rows_only: predict, Only(&["images"]);
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/two_layer_net/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { tuples own_network whole_epochs }

/// One of the right answers.
pub fn first_right() -> Functions {
    tuples::FUNCTIONS
}
