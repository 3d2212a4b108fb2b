//! The recorded answers of `fully_connected`.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, reason = "recorded answers stay as students write them")]

use gradus_assignments::fully_connected::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::fully_connected::Functions {
            initialise: Some(initialise),
            scores: Some(scores),
            fully_connected_loss: Some(fully_connected_loss),
            sgd_momentum: Some(sgd_momentum),
            rmsprop: Some(rmsprop),
            adam: Some(adam),
            train: Some(train),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        initialise: Some(|_, _, _, _, _| todo!()),
        scores: Some(|_, _| todo!()),
        fully_connected_loss: Some(|_, _, _, _| todo!()),
        sgd_momentum: Some(|_, _, _, _, _| todo!()),
        rmsprop: Some(|_, _, _, _, _, _| todo!()),
        adam: Some(|_, _, _, _, _, _, _, _, _| todo!()),
        train: Some(|_, _, _, _, _, _, _, _, _| todo!()),
    };
    Museum {
        id: "fully_connected",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::fully_connected::answers(),
        untouched: Box::new(untouched),
    }
}

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/fully_connected/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions, and `wrong()` for all of them. What a wrong
/// answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/fully_connected/wrong/", stringify!($name), ".rs"));

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
    zero_weights: initialise, All;
    scale_as_variance: initialise, All;
    scale_squared: initialise, All;
    drawn_evenly: initialise, All;
    drawn_evenly_with_right_deviation: initialise, All;
    random_biases: initialise, All;
    biases_of_one: initialise, All;
    initialise_ignores_seed: initialise, All;
    new_numbers_each_time: initialise, All;
    ignores_scale: initialise, All;
    scales_by_inputs: initialise, All;
    seeds_again_in_each_layer: initialise, All;
    units_alike: initialise, All;
    transposed_weights: initialise, All;
    forgets_last_layer: initialise, All;
    every_layer_sees_features: initialise, All;
    positive_weights: initialise, All;
    two_hidden_layers_at_most: initialise, All;
    needs_a_hidden_layer: initialise, All;
    scores_bent: scores, All;
    scores_without_relu: scores, All;
    scores_without_biases: scores, All;
    forgets_last_bias: scores, All;
    stops_before_last_layer: scores, All;
    shares_for_scores: scores, All;
    sigmoid_for_relu: scores, All;
    leaky_scores: scores, All;
    three_hidden_layers_at_most: scores, All;
    first_layer_apart: scores, All;
    scores_of_rows_only: scores, All;
    reads_column_by_column: scores, All;
    single_precision: scores, All;
    mean_scores: scores, All;
    scores_transposed: scores, All;
    whole_regulariser: fully_connected_loss, All;
    slope_of_whole_regulariser: fully_connected_loss, All;
    half_slope: fully_connected_loss, All;
    regularises_biases: fully_connected_loss, All;
    regulariser_without_slope: fully_connected_loss, All;
    regularises_last_layer_only: fully_connected_loss, All;
    regularises_hidden_layers_only: fully_connected_loss, All;
    regularises_before_reversing: fully_connected_loss, All;
    regulariser_divided_by_n: fully_connected_loss, All;
    gradients_last_first: fully_connected_loss, All;
    back_without_relu: fully_connected_loss, All;
    loss_bent: fully_connected_loss, All;
    straight_layers: fully_connected_loss, All;
    mean_twice: fully_connected_loss, All;
    sum_of_losses: fully_connected_loss, All;
    labels_from_one: fully_connected_loss, All;
    hinge_for_softmax: fully_connected_loss, All;
    back_stops_after_last_layer: fully_connected_loss, All;
    same_upstream_for_all_layers: fully_connected_loss, All;
    biases_without_gradient: fully_connected_loss, All;
    ten_layers_at_most: fully_connected_loss, All;
    loss_needs_a_hidden_layer: fully_connected_loss, All;
    loss_of_rows_only: fully_connected_loss, All;
    loss_in_single_precision: fully_connected_loss, All;
    loops: fully_connected_loss, All;
    momentum_plain_descent: sgd_momentum, All;
    momentum_old_velocity: sgd_momentum, All;
    momentum_uphill: sgd_momentum, All;
    momentum_subtracts_velocity: sgd_momentum, All;
    momentum_velocity_unchanged: sgd_momentum, All;
    momentum_as_pytorch: sgd_momentum, All;
    momentum_as_running_mean: sgd_momentum, All;
    momentum_without_friction: sgd_momentum, All;
    nesterov: sgd_momentum, All;
    momentum_learning_rate_twice: sgd_momentum, All;
    momentum_always_nine_tenths: sgd_momentum, All;
    momentum_of_matrices_only: sgd_momentum, All;
    adagrad: rmsprop, All;
    rmsprop_square_as_a_whole: rmsprop, All;
    rmsprop_weights_exchanged: rmsprop, All;
    rmsprop_without_root: rmsprop, All;
    rmsprop_epsilon_under_root: rmsprop, All;
    rmsprop_old_cache: rmsprop, All;
    rmsprop_without_epsilon: rmsprop, All;
    rmsprop_mean_of_gradients: rmsprop, All;
    rmsprop_plain_step: rmsprop, All;
    rmsprop_uphill: rmsprop, All;
    rmsprop_cache_unchanged: rmsprop, All;
    rmsprop_one_rate_for_all: rmsprop, All;
    rmsprop_returns_root: rmsprop, All;
    rmsprop_of_matrices_only: rmsprop, All;
    adam_without_correction: adam, All;
    adam_counts_too_late: adam, All;
    adam_corrects_m_only: adam, All;
    adam_corrects_v_only: adam, All;
    adam_returns_corrected: adam, All;
    adam_t_unchanged: adam, All;
    adam_epsilon_under_root: adam, All;
    adam_epsilon_before_correction: adam, All;
    adam_without_epsilon: adam, All;
    adam_betas_exchanged: adam, All;
    adam_weights_exchanged: adam, All;
    adam_v_without_square: adam, All;
    adam_squares_too_much: adam, All;
    adam_without_root: adam, All;
    adam_uphill: adam, All;
    adam_gradient_for_m: adam, All;
    adam_product_for_power: adam, All;
    adam_counts_in_a_byte: adam, All;
    adam_of_matrices_only: adam, All;
    never_updates: train, All;
    climbs: train, All;
    ignores_learning_rate: train, All;
    biases_stay: train, All;
    last_layer_only: train, All;
    ignores_regulariser: train, All;
    history_after_update: train, All;
    history_one_too_long: train, All;
    full_batch: train, All;
    first_examples_only: train, All;
    labels_of_other_examples: train, All;
    ignores_seed: train, All;
    batch_larger_than_data_panics: train, All;
    stops_early: train, All;
    starts_afresh: train, All;
    forgets_states: train, All;
    t_goes_back: train, All;
    t_counts_parameters: train, All;
    always_plain_descent: train, All;
    always_adam: train, All;
    momentum_and_rmsprop_exchanged: train, All;
    decay_rate_of_nine_tenths: train, All;
    momentum_of_ninety_nine_percent: train, All;
    weights_and_biases_share_a_state: train, All;
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/fully_connected/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { own_layers recursive whole_epochs }

/// One of the right answers.
pub fn first_right() -> Functions {
    own_layers::FUNCTIONS
}
