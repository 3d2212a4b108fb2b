//! The recorded answers of `softmax`.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, dead_code, reason = "recorded answers stay as students write them")]

use gradus_assignments::softmax::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong, wrong_answers};
use crate::wholly_wrong;

macro_rules! all {
    ($($path:tt)*) => {
        gradus_assignments::softmax::Functions {
            softmax_loss: Some($($path)* softmax_loss),
            softmax_classifier_loss_naive: Some($($path)* softmax_classifier_loss_naive),
            softmax_classifier_loss: Some($($path)* softmax_classifier_loss),
            train_softmax: Some($($path)* train_softmax),
            predict: Some($($path)* predict),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        softmax_loss: Some(|_, _| todo!()),
        softmax_classifier_loss_naive: Some(|_, _, _, _| todo!()),
        softmax_classifier_loss: Some(|_, _, _, _| todo!()),
        train_softmax: Some(|_, _, _, _, _, _, _| todo!()),
        predict: Some(|_, _| todo!()),
    };
    Museum {
        id: "softmax",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::softmax::answers(),
        untouched: Box::new(untouched),
    }
}

const NUMERIC: &str = "gradient against the slope of the loss";
const LOSSES: &[&str] = &["loss without regularisation", "loss with regularisation"];
const UNREGULARISED: &[&str] = &["loss without regularisation", "gradient without regularisation"];

wrong_answers! {
    Functions beside Functions::default();
    no_mean: softmax_loss, "../../keys/softmax/wrong/no_mean.rs", All;
    gradient_without_mean: softmax_loss, "../../keys/softmax/wrong/gradient_without_mean.rs", AllBut(&["loss of fresh scores"]);
    wrong_sign: softmax_loss, "../../keys/softmax/wrong/wrong_sign.rs", AllBut(&["loss of fresh scores"]);
    zero_gradient: softmax_loss, "../../keys/softmax/wrong/zero_gradient.rs", AllBut(&["loss of fresh scores"]);
    transposed_gradient: softmax_loss, "../../keys/softmax/wrong/transposed_gradient.rs", All;
    integer_division: softmax_loss, "../../keys/softmax/wrong/integer_division.rs", All;
    label_off_by_one: softmax_loss, "../../keys/softmax/wrong/label_off_by_one.rs", All;
    no_shift: softmax_loss, "../../keys/softmax/wrong/no_shift.rs", Only(&["large scores"]);
    single_precision: softmax_loss, "../../keys/softmax/wrong/single_precision.rs", All;
    constant_output: softmax_loss, "../../keys/softmax/wrong/constant_output.rs", All;
    nan: softmax_loss, "../../keys/softmax/wrong/nan.rs", All;
    linear_function: softmax_loss, "../../keys/softmax/wrong/linear_function.rs", All;
    caches_by_shape: softmax_loss, "../../keys/softmax/wrong/caches_by_shape.rs", All;
    memorised_public_case: softmax_loss, "../../keys/softmax/wrong/memorised_public_case.rs", All;
    changes_input: softmax_loss, "../../keys/softmax/wrong/changes_input.rs", Only(&[NUMERIC, "scores left alone"]);
    no_regulariser_gradient: softmax_classifier_loss_naive, "../../keys/softmax/wrong/no_regulariser_gradient.rs", AllBut(&["loss without regularisation", "loss with regularisation", "gradient without regularisation"]);
    half_regulariser: softmax_classifier_loss_naive, "../../keys/softmax/wrong/half_regulariser.rs", AllBut(UNREGULARISED);
    naive_transposed_gradient: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_transposed_gradient.rs", All;
    naive_without_shift: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_without_shift.rs", Only(&["large scores"]);
    naive_keeps_gradient_of_last_example: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_keeps_gradient_of_last_example.rs", AllBut(LOSSES);
    naive_always_zero: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_always_zero.rs", All;
    naive_regulariser_for_each_example: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_regulariser_for_each_example.rs", AllBut(UNREGULARISED);
    naive_gradient_without_mean: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_gradient_without_mean.rs", AllBut(LOSSES);
    naive_true_class_without_one: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_true_class_without_one.rs", AllBut(LOSSES);
    loops_for_vectorised: softmax_classifier_loss, "../../keys/softmax/wrong/loops_for_vectorised.rs", Only(&["speed of matrix products"]);
    regulariser_divided_by_n: softmax_classifier_loss, "../../keys/softmax/wrong/regulariser_divided_by_n.rs", AllBut(UNREGULARISED);
    weights_not_squared: softmax_classifier_loss, "../../keys/softmax/wrong/weights_not_squared.rs", AllBut(UNREGULARISED);
    vectorised_without_shift: softmax_classifier_loss, "../../keys/softmax/wrong/vectorised_without_shift.rs", Only(&["large scores"]);
    always_ln_c: softmax_classifier_loss, "../../keys/softmax/wrong/always_ln_c.rs", All;
    vectorised_gradient_without_mean: softmax_classifier_loss, "../../keys/softmax/wrong/vectorised_gradient_without_mean.rs", AllBut(LOSSES);
    vectorised_half_regulariser: softmax_classifier_loss, "../../keys/softmax/wrong/vectorised_half_regulariser.rs", AllBut(&["loss without regularisation", "loss with regularisation", "gradient without regularisation"]);
    vectorised_mean_over_classes_too: softmax_classifier_loss, "../../keys/softmax/wrong/vectorised_mean_over_classes_too.rs", All;
    vectorised_one_sum_for_all: softmax_classifier_loss, "../../keys/softmax/wrong/vectorised_one_sum_for_all.rs", All;
    never_updates: train_softmax, "../../keys/softmax/wrong/never_updates.rs", All;
    climbs: train_softmax, "../../keys/softmax/wrong/climbs.rs", All;
    ignores_learning_rate: train_softmax, "../../keys/softmax/wrong/ignores_learning_rate.rs", All;
    ignores_regulariser: train_softmax, "../../keys/softmax/wrong/ignores_regulariser.rs", Only(&["loss history", "regularised steps"]);
    history_one_too_long: train_softmax, "../../keys/softmax/wrong/history_one_too_long.rs", Only(&["loss history", "loss falls on images", "sizes"]);
    history_after_update: train_softmax, "../../keys/softmax/wrong/history_after_update.rs", Only(&["loss history"]);
    ignores_seed: train_softmax, "../../keys/softmax/wrong/ignores_seed.rs", All;
    full_batch: train_softmax, "../../keys/softmax/wrong/full_batch.rs", Only(&["random mini-batches"]);
    first_examples_only: train_softmax, "../../keys/softmax/wrong/first_examples_only.rs", Only(&["held-out images", "loss falls on images", "random mini-batches"]);
    labels_of_other_examples: train_softmax, "../../keys/softmax/wrong/labels_of_other_examples.rs", Only(&["held-out images", "loss falls on images", "random mini-batches"]);
    counts_classes_that_occur: train_softmax, "../../keys/softmax/wrong/counts_classes_that_occur.rs", All;
    batch_larger_than_data_panics: train_softmax, "../../keys/softmax/wrong/batch_larger_than_data_panics.rs", Only(&["sizes"]);
    stops_early: train_softmax, "../../keys/softmax/wrong/stops_early.rs", Only(&["held-out images", "loss falls on images", "several steps"]);
    argmin: predict, "../../keys/softmax/wrong/argmin.rs", All;
    predicts_one_too_high: predict, "../../keys/softmax/wrong/predicts_one_too_high.rs", All;
    search_starts_at_zero: predict, "../../keys/softmax/wrong/search_starts_at_zero.rs", Only(&["classes of fresh data", "inputs left alone", "negative scores", "recorded weights"]);
    predicts_first_class: predict, "../../keys/softmax/wrong/predicts_first_class.rs", All;
    argmax_over_examples: predict, "../../keys/softmax/wrong/argmax_over_examples.rs", All;
    predicts_score_for_class: predict, "../../keys/softmax/wrong/predicts_score_for_class.rs", All;
    predicts_largest_size: predict, "../../keys/softmax/wrong/predicts_largest_size.rs", All;
    predicts_without_last_class: predict, "../../keys/softmax/wrong/predicts_without_last_class.rs", All;
    predict_multiplies_the_other_way: predict, "../../keys/softmax/wrong/predict_multiplies_the_other_way.rs", All;
}

#[path = "../../keys/softmax/demo/right.rs"]
mod demo_right;
#[path = "../../keys/softmax/right/generic_helpers.rs"]
mod generic_helpers;
#[path = "../../keys/softmax/right/iterators.rs"]
mod iterators;
#[path = "../../keys/softmax/right/logarithm_of_probability.rs"]
mod logarithm_of_probability;
#[path = "../../keys/softmax/right/plain_loops.rs"]
mod plain_loops;

/// Its functions are private, as a student may leave them, so it is read into this module.
mod log_sum_exp {
    include!("../../keys/softmax/right/log_sum_exp.rs");

    pub const FUNCTIONS: super::Functions = super::all!();
}

/// One of the right answers.
pub fn first_right() -> Functions {
    right().remove(0).1
}

fn right() -> Vec<(&'static str, Functions)> {
    vec![
        ("demo/right", all!(demo_right::)),
        ("plain_loops", all!(plain_loops::)),
        ("iterators", all!(iterators::)),
        ("log_sum_exp", log_sum_exp::FUNCTIONS),
        ("generic_helpers", all!(generic_helpers::)),
        ("logarithm_of_probability", all!(logarithm_of_probability::)),
    ]
}
