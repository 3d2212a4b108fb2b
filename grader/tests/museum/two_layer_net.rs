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
    ($($name:ident: $function:ident, $path:literal, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!($path);

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
    forgets_bias: affine_forward, "../../keys/two_layer_net/wrong/forgets_bias.rs", All;
    subtracts_bias: affine_forward, "../../keys/two_layer_net/wrong/subtracts_bias.rs", All;
    one_bias_for_all: affine_forward, "../../keys/two_layer_net/wrong/one_bias_for_all.rs", All;
    bias_for_first_example: affine_forward, "../../keys/two_layer_net/wrong/bias_for_first_example.rs", All;
    bias_along_examples: affine_forward, "../../keys/two_layer_net/wrong/bias_along_examples.rs", All;
    transposed_output: affine_forward, "../../keys/two_layer_net/wrong/transposed_output.rs", All;
    reads_column_by_column: affine_forward, "../../keys/two_layer_net/wrong/reads_column_by_column.rs", Only(&["output of images", "recorded inputs", "one example, one feature, one output", "inputs left alone"]);
    matrices_only: affine_forward, "../../keys/two_layer_net/wrong/matrices_only.rs", Only(&["output of images", "recorded inputs", "one example, one feature, one output", "inputs left alone"]);
    bends_already: affine_forward, "../../keys/two_layer_net/wrong/bends_already.rs", All;
    single_precision: affine_forward, "../../keys/two_layer_net/wrong/single_precision.rs", All;
    divided_by_batch: affine_forward, "../../keys/two_layer_net/wrong/divided_by_batch.rs", All;
    loops_forward: affine_forward, "../../keys/two_layer_net/wrong/loops_forward.rs", Only(&["speed of matrix products"]);
    dx_without_transposing: affine_backward, "../../keys/two_layer_net/wrong/dx_without_transposing.rs", All;
    dx_as_rows: affine_backward, "../../keys/two_layer_net/wrong/dx_as_rows.rs", Only(&["gradients of images", "recorded inputs", "one example, one feature, one output", "inputs left alone"]);
    divides_by_batch_again: affine_backward, "../../keys/two_layer_net/wrong/divides_by_batch_again.rs", AllBut(&["dx of fresh inputs"]);
    db_as_mean: affine_backward, "../../keys/two_layer_net/wrong/db_as_mean.rs", AllBut(&["dx of fresh inputs", "dw of fresh inputs"]);
    db_along_outputs: affine_backward, "../../keys/two_layer_net/wrong/db_along_outputs.rs", AllBut(&["dx of fresh inputs", "dw of fresh inputs"]);
    db_counts_examples: affine_backward, "../../keys/two_layer_net/wrong/db_counts_examples.rs", AllBut(&["dx of fresh inputs", "dw of fresh inputs"]);
    transposed_dw: affine_backward, "../../keys/two_layer_net/wrong/transposed_dw.rs", AllBut(&["dx of fresh inputs", "db of fresh inputs"]);
    dw_of_last_example: affine_backward, "../../keys/two_layer_net/wrong/dw_of_last_example.rs", AllBut(&["dx of fresh inputs", "db of fresh inputs"]);
    ignores_upstream: affine_backward, "../../keys/two_layer_net/wrong/ignores_upstream.rs", All;
    backward_with_minus: affine_backward, "../../keys/two_layer_net/wrong/backward_with_minus.rs", All;
    refuses_other_orders: affine_backward, "../../keys/two_layer_net/wrong/refuses_other_orders.rs", Only(&["one example, one feature, one output"]);
    shapes_column_by_column: affine_backward, "../../keys/two_layer_net/wrong/shapes_column_by_column.rs", AllBut(&["dx of fresh inputs", "dw of fresh inputs", "db of fresh inputs", "speed of matrix products"]);
    loops_backward: affine_backward, "../../keys/two_layer_net/wrong/loops_backward.rs", Only(&["speed of matrix products"]);
    takes_away_signs: relu_forward, "../../keys/two_layer_net/wrong/takes_away_signs.rs", All;
    leaks: relu_forward, "../../keys/two_layer_net/wrong/leaks.rs", All;
    one_or_zero: relu_forward, "../../keys/two_layer_net/wrong/one_or_zero.rs", All;
    takes_the_smaller: relu_forward, "../../keys/two_layer_net/wrong/takes_the_smaller.rs", All;
    stops_at_one: relu_forward, "../../keys/two_layer_net/wrong/stops_at_one.rs", All;
    passes_everything: relu_forward, "../../keys/two_layer_net/wrong/passes_everything.rs", All;
    soft_bend: relu_forward, "../../keys/two_layer_net/wrong/soft_bend.rs", All;
    relu_of_matrices_only: relu_forward, "../../keys/two_layer_net/wrong/relu_of_matrices_only.rs", Only(&["one axis to four axes"]);
    whole_numbers: relu_forward, "../../keys/two_layer_net/wrong/whole_numbers.rs", All;
    first_example_decides: relu_forward, "../../keys/two_layer_net/wrong/first_example_decides.rs", All;
    passes_everything_back: relu_backward, "../../keys/two_layer_net/wrong/passes_everything_back.rs", All;
    decides_by_upstream: relu_backward, "../../keys/two_layer_net/wrong/decides_by_upstream.rs", All;
    other_way_round: relu_backward, "../../keys/two_layer_net/wrong/other_way_round.rs", All;
    slope_alone: relu_backward, "../../keys/two_layer_net/wrong/slope_alone.rs", All;
    times_output: relu_backward, "../../keys/two_layer_net/wrong/times_output.rs", All;
    times_sign: relu_backward, "../../keys/two_layer_net/wrong/times_sign.rs", All;
    passes_at_zero: relu_backward, "../../keys/two_layer_net/wrong/passes_at_zero.rs", Only(&["exactly 0", "recorded numbers"]);
    half_at_zero: relu_backward, "../../keys/two_layer_net/wrong/half_at_zero.rs", Only(&["exactly 0", "recorded numbers"]);
    leaks_back: relu_backward, "../../keys/two_layer_net/wrong/leaks_back.rs", All;
    back_through_matrices_only: relu_backward, "../../keys/two_layer_net/wrong/back_through_matrices_only.rs", Only(&["one axis to four axes", "gradient against the slope of the output"]);
    relu_with_minus: relu_backward, "../../keys/two_layer_net/wrong/relu_with_minus.rs", All;
    whole_regulariser: two_layer_net_loss, "../../keys/two_layer_net/wrong/whole_regulariser.rs", AllBut(UNREGULARISED);
    slope_of_whole_regulariser: two_layer_net_loss, "../../keys/two_layer_net/wrong/slope_of_whole_regulariser.rs", AllBut(WITHOUT_SLOPE);
    regularises_biases: two_layer_net_loss, "../../keys/two_layer_net/wrong/regularises_biases.rs", AllBut(UNREGULARISED);
    regulariser_without_slope: two_layer_net_loss, "../../keys/two_layer_net/wrong/regulariser_without_slope.rs", AllBut(WITHOUT_SLOPE);
    regularises_first_layer_only: two_layer_net_loss, "../../keys/two_layer_net/wrong/regularises_first_layer_only.rs", AllBut(UNREGULARISED);
    net_regulariser_divided_by_n: two_layer_net_loss, "../../keys/two_layer_net/wrong/net_regulariser_divided_by_n.rs", AllBut(UNREGULARISED);
    back_without_relu: two_layer_net_loss, "../../keys/two_layer_net/wrong/back_without_relu.rs", AllBut(&["loss without regularisation", "loss with regularisation", "gradient of the second layer"]);
    relu_behind_second_layer: two_layer_net_loss, "../../keys/two_layer_net/wrong/relu_behind_second_layer.rs", All;
    two_straight_layers: two_layer_net_loss, "../../keys/two_layer_net/wrong/two_straight_layers.rs", All;
    mean_twice: two_layer_net_loss, "../../keys/two_layer_net/wrong/mean_twice.rs", AllBut(LOSSES);
    labels_from_one: two_layer_net_loss, "../../keys/two_layer_net/wrong/labels_from_one.rs", All;
    hinge_for_softmax: two_layer_net_loss, "../../keys/two_layer_net/wrong/hinge_for_softmax.rs", All;
    forgets_second_bias: two_layer_net_loss, "../../keys/two_layer_net/wrong/forgets_second_bias.rs", All;
    back_through_changed_weights: two_layer_net_loss, "../../keys/two_layer_net/wrong/back_through_changed_weights.rs", AllBut(WITHOUT_SLOPE);
    never_updates: train, "../../keys/two_layer_net/wrong/never_updates.rs", All;
    climbs: train, "../../keys/two_layer_net/wrong/climbs.rs", All;
    ignores_learning_rate: train, "../../keys/two_layer_net/wrong/ignores_learning_rate.rs", All;
    biases_stay: train, "../../keys/two_layer_net/wrong/biases_stay.rs", All;
    second_layer_only: train, "../../keys/two_layer_net/wrong/second_layer_only.rs", All;
    ignores_regulariser: train, "../../keys/two_layer_net/wrong/ignores_regulariser.rs", Only(&["loss history", "regularised steps"]);
    history_after_update: train, "../../keys/two_layer_net/wrong/history_after_update.rs", Only(&["loss history"]);
    history_one_too_long: train, "../../keys/two_layer_net/wrong/history_one_too_long.rs", Only(&["loss history", "images of clothing", "sizes"]);
    full_batch: train, "../../keys/two_layer_net/wrong/full_batch.rs", Only(&["random mini-batches"]);
    first_examples_only: train, "../../keys/two_layer_net/wrong/first_examples_only.rs", Only(&["images of clothing", "random mini-batches"]);
    labels_of_other_examples: train, "../../keys/two_layer_net/wrong/labels_of_other_examples.rs", Only(&["images of clothing", "random mini-batches"]);
    ignores_seed: train, "../../keys/two_layer_net/wrong/ignores_seed.rs", Only(&["same seed, same result"]);
    batch_larger_than_data_panics: train, "../../keys/two_layer_net/wrong/batch_larger_than_data_panics.rs", Only(&["sizes"]);
    stops_early: train, "../../keys/two_layer_net/wrong/stops_early.rs", Only(&["images of clothing", "several steps"]);
    starts_afresh: train, "../../keys/two_layer_net/wrong/starts_afresh.rs", All;
    argmin: predict, "../../keys/two_layer_net/wrong/argmin.rs", All;
    predicts_one_too_high: predict, "../../keys/two_layer_net/wrong/predicts_one_too_high.rs", All;
    search_starts_at_zero: predict, "../../keys/two_layer_net/wrong/search_starts_at_zero.rs", Only(&["negative scores", "recorded network"]);
    predicts_first_class: predict, "../../keys/two_layer_net/wrong/predicts_first_class.rs", All;
    predicts_without_relu: predict, "../../keys/two_layer_net/wrong/predicts_without_relu.rs", All;
    predicts_without_biases: predict, "../../keys/two_layer_net/wrong/predicts_without_biases.rs", All;
    argmax_over_examples: predict, "../../keys/two_layer_net/wrong/argmax_over_examples.rs", All;
    predicts_hidden_unit: predict, "../../keys/two_layer_net/wrong/predicts_hidden_unit.rs", All;
    highest_without_sign: predict, "../../keys/two_layer_net/wrong/highest_without_sign.rs", All;
    leaves_out_last_class: predict, "../../keys/two_layer_net/wrong/leaves_out_last_class.rs", All;
    predicts_for_rows_only: predict, "../../keys/two_layer_net/wrong/predicts_for_rows_only.rs", Only(&["images"]);
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident: $path:literal;)*) => {
        $(mod $name {
            include!($path);

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! {
    tuples: "../../keys/two_layer_net/right/tuples.rs";
    own_network: "../../keys/two_layer_net/right/own_network.rs";
    whole_epochs: "../../keys/two_layer_net/right/whole_epochs.rs";
}

/// One of the right answers.
pub fn first_right() -> Functions {
    tuples::FUNCTIONS
}
