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

const LOSSES: &[&str] = &["loss without regularisation", "loss with regularisation"];
const UNREGULARISED: &[&str] =
    &["loss without regularisation", "gradients of the last layer", "gradients of the hidden layers"];
const WITHOUT_SLOPE: &[&str] = &[
    "loss without regularisation",
    "loss with regularisation",
    "gradients of the last layer",
    "gradients of the hidden layers",
];
const MEANS: &[&str] = &["means of fresh numbers", "number of the step"];

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
    scale_as_variance: initialise, Only(&["deviation of the weights"]);
    scale_squared: initialise, Only(&["deviation of the weights"]);
    drawn_evenly: initialise, Only(&["deviation of the weights", "normal distribution"]);
    drawn_evenly_with_right_deviation: initialise, Only(&["normal distribution"]);
    random_biases: initialise, Only(&["biases"]);
    biases_of_one: initialise, Only(&["biases"]);
    initialise_ignores_seed: initialise, All;
    new_numbers_each_time: initialise, Only(&["seeds"]);
    ignores_scale: initialise, All;
    scales_by_inputs: initialise, Only(&["deviation of the weights"]);
    seeds_again_in_each_layer: initialise, Only(&["numbers of their own"]);
    units_alike: initialise, Only(&["deviation of the weights", "normal distribution", "numbers of their own"]);
    transposed_weights: initialise, All;
    forgets_last_layer: initialise, All;
    every_layer_sees_features: initialise, All;
    positive_weights: initialise, Only(&["deviation of the weights", "normal distribution"]);
    two_hidden_layers_at_most: initialise, Only(&["shapes"]);
    needs_a_hidden_layer: initialise, Only(&["no hidden layer, single units"]);
    scores_bent: scores, All;
    scores_without_relu: scores, All;
    scores_without_biases: scores, All;
    forgets_last_bias: scores, All;
    stops_before_last_layer: scores, All;
    shares_for_scores: scores, All;
    sigmoid_for_relu: scores, All;
    leaky_scores: scores, All;
    three_hidden_layers_at_most: scores, Only(&["deep networks"]);
    first_layer_apart: scores, Only(&["no hidden layer"]);
    scores_of_rows_only: scores, Only(&["images"]);
    reads_column_by_column: scores, Only(&["images"]);
    single_precision: scores, All;
    mean_scores: scores, All;
    scores_transposed: scores, All;
    whole_regulariser: fully_connected_loss, AllBut(UNREGULARISED);
    slope_of_whole_regulariser: fully_connected_loss, AllBut(WITHOUT_SLOPE);
    half_slope: fully_connected_loss, AllBut(WITHOUT_SLOPE);
    regularises_biases: fully_connected_loss, AllBut(UNREGULARISED);
    regulariser_without_slope: fully_connected_loss, AllBut(WITHOUT_SLOPE);
    regularises_last_layer_only: fully_connected_loss, AllBut(UNREGULARISED);
    regularises_hidden_layers_only: fully_connected_loss, AllBut(UNREGULARISED);
    regularises_before_reversing: fully_connected_loss, AllBut(WITHOUT_SLOPE);
    regulariser_divided_by_n: fully_connected_loss, AllBut(UNREGULARISED);
    gradients_last_first: fully_connected_loss, AllBut(LOSSES);
    back_without_relu: fully_connected_loss, AllBut(&["gradients of the last layer", "loss with regularisation", "loss without regularisation"]);
    loss_bent: fully_connected_loss, All;
    straight_layers: fully_connected_loss, All;
    mean_twice: fully_connected_loss, AllBut(LOSSES);
    sum_of_losses: fully_connected_loss, All;
    labels_from_one: fully_connected_loss, All;
    hinge_for_softmax: fully_connected_loss, All;
    back_stops_after_last_layer: fully_connected_loss, AllBut(&["gradients of the last layer", "loss with regularisation", "loss without regularisation"]);
    biases_without_gradient: fully_connected_loss, AllBut(LOSSES);
    ten_layers_at_most: fully_connected_loss, Only(&["no hidden layer, and many"]);
    loss_needs_a_hidden_layer: fully_connected_loss, Only(&["no hidden layer, and many"]);
    loss_of_rows_only: fully_connected_loss, Only(&["images"]);
    loss_in_single_precision: fully_connected_loss, All;
    loops: fully_connected_loss, Only(&["speed of matrix products"]);
    momentum_plain_descent: sgd_momentum, All;
    momentum_old_velocity: sgd_momentum, AllBut(&["velocity of fresh numbers"]);
    momentum_uphill: sgd_momentum, All;
    momentum_subtracts_velocity: sgd_momentum, AllBut(&["velocity of fresh numbers"]);
    momentum_velocity_unchanged: sgd_momentum, AllBut(&["weights of fresh numbers"]);
    momentum_as_pytorch: sgd_momentum, All;
    momentum_as_running_mean: sgd_momentum, All;
    momentum_without_friction: sgd_momentum, All;
    nesterov: sgd_momentum, AllBut(&["velocity of fresh numbers"]);
    momentum_learning_rate_twice: sgd_momentum, AllBut(&["velocity of fresh numbers"]);
    momentum_always_nine_tenths: sgd_momentum, All;
    momentum_of_matrices_only: sgd_momentum, Only(&["one axis to four axes"]);
    adagrad: rmsprop, All;
    rmsprop_square_as_a_whole: rmsprop, All;
    rmsprop_weights_exchanged: rmsprop, All;
    rmsprop_without_root: rmsprop, AllBut(&["cache of fresh numbers"]);
    rmsprop_epsilon_under_root: rmsprop, AllBut(&["cache of fresh numbers"]);
    rmsprop_old_cache: rmsprop, AllBut(&["cache of fresh numbers"]);
    rmsprop_without_epsilon: rmsprop, AllBut(&["cache of fresh numbers"]);
    rmsprop_mean_of_gradients: rmsprop, All;
    rmsprop_plain_step: rmsprop, AllBut(&["cache of fresh numbers"]);
    rmsprop_uphill: rmsprop, AllBut(&["cache of fresh numbers"]);
    rmsprop_cache_unchanged: rmsprop, AllBut(&["weights of fresh numbers"]);
    rmsprop_one_rate_for_all: rmsprop, AllBut(&["cache of fresh numbers"]);
    rmsprop_returns_root: rmsprop, AllBut(&["weights of fresh numbers"]);
    rmsprop_of_matrices_only: rmsprop, Only(&["one axis to four axes"]);
    adam_without_correction: adam, AllBut(MEANS);
    adam_counts_too_late: adam, AllBut(MEANS);
    adam_corrects_m_only: adam, AllBut(MEANS);
    adam_corrects_v_only: adam, AllBut(MEANS);
    adam_returns_corrected: adam, AllBut(&["weights of fresh numbers"]);
    adam_t_unchanged: adam, Only(&["number of the step", "recorded steps"]);
    adam_epsilon_under_root: adam, AllBut(MEANS);
    adam_epsilon_before_correction: adam, AllBut(MEANS);
    adam_without_epsilon: adam, AllBut(MEANS);
    adam_betas_exchanged: adam, All;
    adam_weights_exchanged: adam, All;
    adam_v_without_square: adam, All;
    adam_squares_too_much: adam, All;
    adam_without_root: adam, AllBut(MEANS);
    adam_uphill: adam, AllBut(MEANS);
    adam_gradient_for_m: adam, AllBut(MEANS);
    adam_product_for_power: adam, AllBut(MEANS);
    adam_counts_in_a_byte: adam, Only(&["late steps"]);
    adam_of_matrices_only: adam, Only(&["one axis to four axes"]);
    never_updates: train, All;
    climbs: train, All;
    ignores_learning_rate: train, All;
    biases_stay: train, All;
    last_layer_only: train, All;
    ignores_regulariser: train, Only(&["loss history", "regularised steps"]);
    history_after_update: train, Only(&["loss history"]);
    history_one_too_long: train, Only(&["images of clothing", "loss history", "sizes"]);
    full_batch: train, Only(&["random mini-batches"]);
    first_examples_only: train, Only(&["images of clothing", "random mini-batches"]);
    labels_of_other_examples: train, Only(&["images of clothing", "random mini-batches"]);
    ignores_seed: train, Only(&["same seed, same result"]);
    batch_larger_than_data_panics: train, Only(&["sizes"]);
    stops_early: train, Only(&["images of clothing", "steps of Adam", "steps of RMSProp", "steps with momentum"]);
    starts_afresh: train, All;
    forgets_states: train, Only(&["steps of Adam", "steps of RMSProp", "steps with momentum"]);
    t_goes_back: train, Only(&["steps of Adam"]);
    t_counts_parameters: train, Only(&["steps of Adam"]);
    always_plain_descent: train, Only(&["images of clothing", "steps of Adam", "steps of RMSProp", "steps with momentum"]);
    always_adam: train, All;
    momentum_and_rmsprop_exchanged: train, Only(&["steps of RMSProp", "steps with momentum"]);
    decay_rate_of_nine_tenths: train, Only(&["steps of RMSProp"]);
    momentum_of_ninety_nine_percent: train, Only(&["steps with momentum"]);
    weights_and_biases_share_a_state: train, Only(&["steps of Adam"]);
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
