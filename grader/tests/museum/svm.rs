//! The recorded answers of `svm`.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, reason = "recorded answers stay as students write them")]

use gradus_assignments::svm::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong, wrong_answers, wrong_callers};
use crate::wholly_wrong;

macro_rules! all {
    ($($path:tt)*) => {
        gradus_assignments::svm::Functions {
            svm_loss: Some($($path)* svm_loss),
            svm_classifier_loss_naive: Some($($path)* svm_classifier_loss_naive),
            svm_classifier_loss: Some($($path)* svm_classifier_loss),
            train_svm: Some($($path)* train_svm),
            predict: Some($($path)* predict),
            search: Some($($path)* search),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        svm_loss: Some(|_, _| todo!()),
        svm_classifier_loss_naive: Some(|_, _, _, _| todo!()),
        svm_classifier_loss: Some(|_, _, _, _| todo!()),
        train_svm: Some(|_, _, _, _, _, _, _| todo!()),
        predict: Some(|_, _| todo!()),
        search: Some(|_, _, _, _, _, _, _, _, _| todo!()),
    };
    Museum {
        id: "svm",
        wrong: wrong().into_iter().chain(wrong_searches()).collect(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::svm::answers(),
        untouched: Box::new(untouched),
    }
}

const LOSSES: &[&str] = &["loss without regularisation", "loss with regularisation"];
const UNREGULARISED: &[&str] = &["loss without regularisation", "gradient without regularisation"];

wrong_answers! {
    Functions beside all!(whole_epochs::);
    forgets_margin: svm_loss, "../../keys/svm/wrong/forgets_margin.rs", All;
    counts_true_class: svm_loss, "../../keys/svm/wrong/counts_true_class.rs", All;
    no_mean: svm_loss, "../../keys/svm/wrong/no_mean.rs", All;
    gradient_without_mean: svm_loss, "../../keys/svm/wrong/gradient_without_mean.rs", AllBut(&["loss of fresh scores"]);
    no_slope_of_true_class: svm_loss, "../../keys/svm/wrong/no_slope_of_true_class.rs", AllBut(&["loss of fresh scores"]);
    true_class_once: svm_loss, "../../keys/svm/wrong/true_class_once.rs", AllBut(&["loss of fresh scores"]);
    gradient_of_margins: svm_loss, "../../keys/svm/wrong/gradient_of_margins.rs", AllBut(&["loss of fresh scores"]);
    wrong_sign: svm_loss, "../../keys/svm/wrong/wrong_sign.rs", AllBut(&["loss of fresh scores"]);
    squared_hinge: svm_loss, "../../keys/svm/wrong/squared_hinge.rs", All;
    worst_class_alone: svm_loss, "../../keys/svm/wrong/worst_class_alone.rs", All;
    no_maximum: svm_loss, "../../keys/svm/wrong/no_maximum.rs", All;
    label_off_by_one: svm_loss, "../../keys/svm/wrong/label_off_by_one.rs", All;
    mean_over_missed_margins: svm_loss, "../../keys/svm/wrong/mean_over_missed_margins.rs", All;
    one_class_panics: svm_loss, "../../keys/svm/wrong/one_class_panics.rs", Only(&["one example, one class"]);
    kept_margins_keep_old_slope: svm_loss, "../../keys/svm/wrong/kept_margins_keep_old_slope.rs", AllBut(&["loss of fresh scores"]);
    caches_by_shape: svm_loss, "../../keys/svm/wrong/caches_by_shape.rs", All;
    no_regulariser_gradient: svm_classifier_loss_naive, "../../keys/svm/wrong/no_regulariser_gradient.rs", AllBut(&["loss without regularisation", "loss with regularisation", "gradient without regularisation"]);
    half_regulariser: svm_classifier_loss_naive, "../../keys/svm/wrong/half_regulariser.rs", AllBut(UNREGULARISED);
    naive_no_slope_of_true_class: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_no_slope_of_true_class.rs", AllBut(LOSSES);
    naive_true_class_once: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_true_class_once.rs", AllBut(LOSSES);
    naive_transposed_gradient: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_transposed_gradient.rs", All;
    naive_counts_true_class: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_counts_true_class.rs", All;
    naive_forgets_margin: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_forgets_margin.rs", All;
    naive_margin_turned_round: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_margin_turned_round.rs", All;
    naive_keeps_gradient_of_last_example: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_keeps_gradient_of_last_example.rs", AllBut(LOSSES);
    naive_gradient_without_mean: svm_classifier_loss_naive, "../../keys/svm/wrong/naive_gradient_without_mean.rs", AllBut(LOSSES);
    loops_for_vectorised: svm_classifier_loss, "../../keys/svm/wrong/loops_for_vectorised.rs", Only(&["speed of matrix products"]);
    regulariser_divided_by_n: svm_classifier_loss, "../../keys/svm/wrong/regulariser_divided_by_n.rs", AllBut(UNREGULARISED);
    weights_not_squared: svm_classifier_loss, "../../keys/svm/wrong/weights_not_squared.rs", AllBut(UNREGULARISED);
    true_class_left_in: svm_classifier_loss, "../../keys/svm/wrong/true_class_left_in.rs", All;
    vectorised_true_class_once: svm_classifier_loss, "../../keys/svm/wrong/vectorised_true_class_once.rs", AllBut(LOSSES);
    vectorised_gradient_of_margins: svm_classifier_loss, "../../keys/svm/wrong/vectorised_gradient_of_margins.rs", AllBut(LOSSES);
    row_for_column: svm_classifier_loss, "../../keys/svm/wrong/row_for_column.rs", All;
    vectorised_no_mean: svm_classifier_loss, "../../keys/svm/wrong/vectorised_no_mean.rs", All;
    transposed_gradient: svm_classifier_loss, "../../keys/svm/wrong/transposed_gradient.rs", All;
    counts_down_columns: svm_classifier_loss, "../../keys/svm/wrong/counts_down_columns.rs", AllBut(LOSSES);
    mean_over_all_margins: svm_classifier_loss, "../../keys/svm/wrong/mean_over_all_margins.rs", All;
    always_c_minus_1: svm_classifier_loss, "../../keys/svm/wrong/always_c_minus_1.rs", All;
    never_updates: train_svm, "../../keys/svm/wrong/never_updates.rs", All;
    climbs: train_svm, "../../keys/svm/wrong/climbs.rs", All;
    ignores_learning_rate: train_svm, "../../keys/svm/wrong/ignores_learning_rate.rs", All;
    ignores_regulariser: train_svm, "../../keys/svm/wrong/ignores_regulariser.rs", Only(&["loss history", "regularised steps"]);
    history_after_update: train_svm, "../../keys/svm/wrong/history_after_update.rs", Only(&["loss history"]);
    history_one_too_long: train_svm, "../../keys/svm/wrong/history_one_too_long.rs", Only(&["loss history", "loss falls on images", "sizes"]);
    ignores_seed: train_svm, "../../keys/svm/wrong/ignores_seed.rs", All;
    full_batch: train_svm, "../../keys/svm/wrong/full_batch.rs", Only(&["random mini-batches"]);
    first_examples_only: train_svm, "../../keys/svm/wrong/first_examples_only.rs", Only(&["held-out images", "loss falls on images", "random mini-batches"]);
    labels_of_other_examples: train_svm, "../../keys/svm/wrong/labels_of_other_examples.rs", Only(&["held-out images", "loss falls on images", "random mini-batches"]);
    counts_classes_that_occur: train_svm, "../../keys/svm/wrong/counts_classes_that_occur.rs", All;
    batch_larger_than_data_panics: train_svm, "../../keys/svm/wrong/batch_larger_than_data_panics.rs", Only(&["sizes"]);
    stops_early: train_svm, "../../keys/svm/wrong/stops_early.rs", Only(&["held-out images", "loss falls on images", "several steps"]);
    trains_softmax: train_svm, "../../keys/svm/wrong/trains_softmax.rs", All;
    argmin: predict, "../../keys/svm/wrong/argmin.rs", All;
    predicts_one_too_high: predict, "../../keys/svm/wrong/predicts_one_too_high.rs", All;
    search_starts_at_zero: predict, "../../keys/svm/wrong/search_starts_at_zero.rs", Only(&["classes of fresh data", "inputs left alone", "negative scores", "recorded weights"]);
    predicts_first_class: predict, "../../keys/svm/wrong/predicts_first_class.rs", All;
    argmax_over_examples: predict, "../../keys/svm/wrong/argmax_over_examples.rs", All;
    highest_without_sign: predict, "../../keys/svm/wrong/highest_without_sign.rs", All;
    leaves_out_last_class: predict, "../../keys/svm/wrong/leaves_out_last_class.rs", All;
    whole_numbers: predict, "../../keys/svm/wrong/whole_numbers.rs", All;
}

wrong_callers! {
    Functions beside all!(whole_epochs::);
    wrong_searches: search calls {predict, train_svm} of whole_epochs;
    accuracy_on_training_examples: "../../keys/svm/wrong/accuracy_on_training_examples.rs", All;
    transposed_grid: "../../keys/svm/wrong/transposed_grid.rs", AllBut(&["the best pair"]);
    keeps_last_pair: "../../keys/svm/wrong/keeps_last_pair.rs", AllBut(&["accuracies of the grid"]);
    keeps_lowest: "../../keys/svm/wrong/keeps_lowest.rs", AllBut(&["accuracies of the grid"]);
    never_raises_the_bar: "../../keys/svm/wrong/never_raises_the_bar.rs", AllBut(&["accuracies of the grid"]);
    swaps_the_pair: "../../keys/svm/wrong/swaps_the_pair.rs", AllBut(&["accuracies of the grid"]);
    returns_places: "../../keys/svm/wrong/returns_places.rs", AllBut(&["accuracies of the grid"]);
    counts_not_shares: "../../keys/svm/wrong/counts_not_shares.rs", AllBut(&["the best pair"]);
    percent: "../../keys/svm/wrong/percent.rs", AllBut(&["the best pair"]);
    shares_of_errors: "../../keys/svm/wrong/shares_of_errors.rs", All;
    one_strength_for_all: "../../keys/svm/wrong/one_strength_for_all.rs", All;
    another_seed_for_each: "../../keys/svm/wrong/another_seed_for_each.rs", All;
    notes_improvements_only: "../../keys/svm/wrong/notes_improvements_only.rs", AllBut(&["the best pair"]);
    needs_two_of_each: "../../keys/svm/wrong/needs_two_of_each.rs", Only(&["grids of one row, one column, one pair"]);
}

#[path = "../../keys/svm/right/iterators.rs"]
mod iterators;
#[path = "../../keys/svm/right/plain_loops.rs"]
mod plain_loops;
#[path = "../../keys/svm/right/whole_epochs.rs"]
mod whole_epochs;

/// Its functions are private, as a student may leave them, so it is read into this module.
mod masks {
    include!("../../keys/svm/right/masks.rs");

    pub const FUNCTIONS: super::Functions = super::all!();
}

/// One of the right answers.
pub fn first_right() -> Functions {
    right().remove(0).1
}

fn right() -> Vec<(&'static str, Functions)> {
    vec![
        ("plain_loops", all!(plain_loops::)),
        ("iterators", all!(iterators::)),
        ("masks", masks::FUNCTIONS),
        ("whole_epochs", all!(whole_epochs::)),
    ]
}
