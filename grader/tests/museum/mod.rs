//! The recorded answers of `softmax` as functions of this process.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, dead_code, reason = "recorded answers stay as students write them")]

use gradus_assignments::softmax::Functions;

/// Modules for wrong answers, and `wrong(name)` for the functions that each of them has.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $path:literal;)*) => {
        $(#[path = $path] mod $name;)*

        /// The wrong function of each recorded answer that compiles with the signature asked for.
        pub fn wrong() -> Vec<(&'static str, &'static str, Functions)> {
            vec![$((
                stringify!($name),
                stringify!($function),
                Functions { $function: Some($name::$function), ..Functions::default() },
            ),)*]
        }
    };
}

wrong_answers! {
    no_mean: softmax_loss, "../../keys/softmax/wrong/no_mean.rs";
    gradient_without_mean: softmax_loss, "../../keys/softmax/wrong/gradient_without_mean.rs";
    wrong_sign: softmax_loss, "../../keys/softmax/wrong/wrong_sign.rs";
    zero_gradient: softmax_loss, "../../keys/softmax/wrong/zero_gradient.rs";
    transposed_gradient: softmax_loss, "../../keys/softmax/wrong/transposed_gradient.rs";
    integer_division: softmax_loss, "../../keys/softmax/wrong/integer_division.rs";
    label_off_by_one: softmax_loss, "../../keys/softmax/wrong/label_off_by_one.rs";
    no_shift: softmax_loss, "../../keys/softmax/wrong/no_shift.rs";
    single_precision: softmax_loss, "../../keys/softmax/wrong/single_precision.rs";
    constant_output: softmax_loss, "../../keys/softmax/wrong/constant_output.rs";
    nan: softmax_loss, "../../keys/softmax/wrong/nan.rs";
    linear_function: softmax_loss, "../../keys/softmax/wrong/linear_function.rs";
    caches_by_shape: softmax_loss, "../../keys/softmax/wrong/caches_by_shape.rs";
    memorised_public_case: softmax_loss, "../../keys/softmax/wrong/memorised_public_case.rs";
    changes_input: softmax_loss, "../../keys/softmax/wrong/changes_input.rs";
    no_regulariser_gradient: softmax_classifier_loss_naive, "../../keys/softmax/wrong/no_regulariser_gradient.rs";
    half_regulariser: softmax_classifier_loss_naive, "../../keys/softmax/wrong/half_regulariser.rs";
    naive_transposed_gradient: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_transposed_gradient.rs";
    naive_without_shift: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_without_shift.rs";
    naive_keeps_gradient_of_last_example: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_keeps_gradient_of_last_example.rs";
    naive_always_zero: softmax_classifier_loss_naive, "../../keys/softmax/wrong/naive_always_zero.rs";
    loops_for_vectorised: softmax_classifier_loss, "../../keys/softmax/wrong/loops_for_vectorised.rs";
    regulariser_divided_by_n: softmax_classifier_loss, "../../keys/softmax/wrong/regulariser_divided_by_n.rs";
    weights_not_squared: softmax_classifier_loss, "../../keys/softmax/wrong/weights_not_squared.rs";
    vectorised_without_shift: softmax_classifier_loss, "../../keys/softmax/wrong/vectorised_without_shift.rs";
    always_ln_c: softmax_classifier_loss, "../../keys/softmax/wrong/always_ln_c.rs";
    never_updates: train_softmax, "../../keys/softmax/wrong/never_updates.rs";
    climbs: train_softmax, "../../keys/softmax/wrong/climbs.rs";
    ignores_learning_rate: train_softmax, "../../keys/softmax/wrong/ignores_learning_rate.rs";
    ignores_regulariser: train_softmax, "../../keys/softmax/wrong/ignores_regulariser.rs";
    history_one_too_long: train_softmax, "../../keys/softmax/wrong/history_one_too_long.rs";
    history_after_update: train_softmax, "../../keys/softmax/wrong/history_after_update.rs";
    ignores_seed: train_softmax, "../../keys/softmax/wrong/ignores_seed.rs";
    full_batch: train_softmax, "../../keys/softmax/wrong/full_batch.rs";
    first_examples_only: train_softmax, "../../keys/softmax/wrong/first_examples_only.rs";
    labels_of_other_examples: train_softmax, "../../keys/softmax/wrong/labels_of_other_examples.rs";
    counts_classes_that_occur: train_softmax, "../../keys/softmax/wrong/counts_classes_that_occur.rs";
    batch_larger_than_data_panics: train_softmax, "../../keys/softmax/wrong/batch_larger_than_data_panics.rs";
    stops_early: train_softmax, "../../keys/softmax/wrong/stops_early.rs";
    argmin: predict, "../../keys/softmax/wrong/argmin.rs";
    predicts_one_too_high: predict, "../../keys/softmax/wrong/predicts_one_too_high.rs";
    search_starts_at_zero: predict, "../../keys/softmax/wrong/search_starts_at_zero.rs";
    predicts_first_class: predict, "../../keys/softmax/wrong/predicts_first_class.rs";
    argmax_over_examples: predict, "../../keys/softmax/wrong/argmax_over_examples.rs";
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

/// The right answers in other styles.
pub fn right() -> Vec<(&'static str, Functions)> {
    vec![
        ("demo/right", all!(demo_right::)),
        ("plain_loops", all!(plain_loops::)),
        ("iterators", all!(iterators::)),
        ("log_sum_exp", log_sum_exp::FUNCTIONS),
        ("generic_helpers", all!(generic_helpers::)),
        ("logarithm_of_probability", all!(logarithm_of_probability::)),
    ]
}
