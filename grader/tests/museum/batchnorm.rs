//! The recorded answers of `batchnorm`.
// GRADUS-STAFF-ONLY-7c1f4e
#![expect(clippy::all, reason = "recorded answers stay as students write them")]

use gradus_assignments::batchnorm::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::batchnorm::Functions {
            batchnorm_forward: Some(gradus_assignments::batchnorm::answer!(batchnorm_forward)),
            batchnorm_backward: Some(gradus_assignments::batchnorm::answer!(batchnorm_backward)),
            batchnorm_backward_alt: Some(gradus_assignments::batchnorm::answer!(batchnorm_backward_alt)),
            layernorm_forward: Some(gradus_assignments::batchnorm::answer!(layernorm_forward)),
            layernorm_backward: Some(gradus_assignments::batchnorm::answer!(layernorm_backward)),
            fully_connected_loss: Some(fully_connected_loss),
            scores: Some(scores),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        batchnorm_forward: Some(|_, _, _, _, _, _, _| todo!()),
        batchnorm_backward: Some(|_, _, _, _, _| todo!()),
        batchnorm_backward_alt: Some(|_, _, _, _, _| todo!()),
        layernorm_forward: Some(|_, _, _, _| todo!()),
        layernorm_backward: Some(|_, _, _, _, _| todo!()),
        fully_connected_loss: Some(|_, _, _, _| todo!()),
        scores: Some(|_, _| todo!()),
    };
    Museum {
        id: "batchnorm",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::batchnorm::answers(),
        untouched: Box::new(untouched),
    }
}

/// What a wrong way with dx leaves, and one with dgamma or dbeta.
const PARAMETERS: &[&str] = &["dgamma of fresh inputs", "dbeta of fresh inputs"];
const BOTH_PARAMETERS: &[&str] = &["dgamma and dbeta of fresh inputs"];
const UNREGULARISED: &[&str] = &[
    "loss without normalisation",
    "loss with batch normalisation",
    "loss with layer normalisation",
    "running statistics of the layers",
    "gradients without normalisation",
    "gradients with batch normalisation",
    "gradients with layer normalisation",
];
/// What a wrong way with batch normalisation leaves.
const NONE_AND_LAYER: &[&str] = &[
    "loss without normalisation",
    "loss with layer normalisation",
    "gradients without normalisation",
    "gradients with layer normalisation",
];
const SCORES_OF_NONE_AND_LAYER: &[&str] = &["scores without normalisation", "scores with layer normalisation"];

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/batchnorm/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions and types, and `wrong()` for all of them. What a
/// wrong answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/batchnorm/wrong/", stringify!($name), ".rs"));

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
    eps_outside_root: batchnorm_forward, AllBut(&["running statistics"]);
    forgets_eps: batchnorm_forward, AllBut(&["running statistics"]);
    divides_by_variance: batchnorm_forward, AllBut(&["running statistics"]);
    unbiased_variance: batchnorm_forward, AllBut(&["output in evaluation", "evaluation moves nothing"]);
    running_as_pytorch: batchnorm_forward, Only(&["running statistics", "many batches, then evaluation"]);
    momentum_exchanged: batchnorm_forward, Only(&["running statistics", "many batches, then evaluation"]);
    over_rows: batchnorm_forward, AllBut(&["output in evaluation", "evaluation moves nothing"]);
    one_mean_for_all: batchnorm_forward, AllBut(&["output in evaluation", "evaluation moves nothing"]);
    evaluates_with_batch: batchnorm_forward, Only(&["output in evaluation", "evaluation moves nothing", "many batches, then evaluation", "recorded by PyTorch", "inputs left alone"]);
    evaluation_moves_statistics: batchnorm_forward, Only(&["evaluation moves nothing"]);
    trains_with_running: batchnorm_forward, AllBut(&["running statistics", "output in evaluation", "evaluation moves nothing"]);
    running_unchanged: batchnorm_forward, Only(&["running statistics", "many batches, then evaluation"]);
    running_of_deviations: batchnorm_forward, Only(&["running statistics", "many batches, then evaluation"]);
    running_with_eps: batchnorm_forward, Only(&["running statistics", "many batches, then evaluation"]);
    forgets_beta: batchnorm_forward, AllBut(&["running statistics"]);
    gamma_and_beta_exchanged: batchnorm_forward, AllBut(&["running statistics"]);
    squares_less_squared_mean: batchnorm_forward, Only(&["numbers far from 0"]);
    single_precision: batchnorm_forward, All;
    constant_features_stay: batchnorm_forward, Only(&["features that are constant", "one example, one feature"]);
    needs_two_examples: batchnorm_forward, Only(&["one example, one feature"]);
    evaluates_without_eps: batchnorm_forward, Only(&["output in evaluation", "evaluation moves nothing", "many batches, then evaluation", "recorded by PyTorch", "inputs left alone"]);
    constant_statistics: batchnorm_backward, AllBut(PARAMETERS);
    forgets_way_through_mean: batchnorm_backward, AllBut(PARAMETERS);
    forgets_way_through_variance: batchnorm_backward, AllBut(PARAMETERS);
    dgamma_of_centred: batchnorm_backward, AllBut(&["dx of fresh inputs", "dbeta of fresh inputs"]);
    dgamma_as_mean: batchnorm_backward, AllBut(&["dx of fresh inputs", "dbeta of fresh inputs"]);
    dgamma_with_gamma: batchnorm_backward, AllBut(&["dx of fresh inputs", "dbeta of fresh inputs"]);
    dbeta_as_mean: batchnorm_backward, AllBut(&["dx of fresh inputs", "dgamma of fresh inputs"]);
    dbeta_with_gamma: batchnorm_backward, AllBut(&["dx of fresh inputs", "dgamma of fresh inputs"]);
    dx_without_gamma: batchnorm_backward, AllBut(PARAMETERS);
    root_without_half: batchnorm_backward, AllBut(PARAMETERS);
    quotient_without_minus: batchnorm_backward, AllBut(PARAMETERS);
    variance_as_sum: batchnorm_backward, AllBut(PARAMETERS);
    mean_as_sum: batchnorm_backward, AllBut(PARAMETERS);
    backward_in_single_precision: batchnorm_backward, All;
    deviation_from_quotient: batchnorm_backward, Only(&["constant features, one example, one feature"]);
    backward_needs_two_examples: batchnorm_backward, Only(&["constant features, one example, one feature"]);
    alt_sums_for_means: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_without_shift: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_without_stretch: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_without_gamma: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_divides_twice: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_multiplies_by_deviation: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_n_minus_one: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_wrong_sign: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_means_of_rows: batchnorm_backward_alt, AllBut(BOTH_PARAMETERS);
    alt_parameters_as_means: batchnorm_backward_alt, AllBut(&["dx of fresh inputs"]);
    alt_in_single_precision: batchnorm_backward_alt, All;
    alt_deviation_from_quotient: batchnorm_backward_alt, Only(&["constant features, one example, one feature"]);
    batch_for_layer: layernorm_forward, All;
    layer_eps_outside_root: layernorm_forward, All;
    layer_forgets_eps: layernorm_forward, All;
    layer_divides_by_variance: layernorm_forward, All;
    layer_unbiased_variance: layernorm_forward, All;
    layer_forgets_gamma: layernorm_forward, All;
    layer_forgets_beta: layernorm_forward, All;
    layer_scales_rows: layernorm_forward, All;
    layer_one_mean_for_all: layernorm_forward, All;
    layer_not_centred: layernorm_forward, All;
    layer_squares_less_squared_mean: layernorm_forward, Only(&["numbers far from 0"]);
    layer_constant_examples_stay: layernorm_forward, Only(&["constant examples, one feature"]);
    layer_needs_two_examples: layernorm_forward, Only(&["each example by itself", "constant examples, one feature"]);
    layer_in_single_precision: layernorm_forward, All;
    layer_back_over_columns: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_gamma_last: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_without_gamma: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_without_shift: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_without_stretch: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_sums_for_means: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_divides_by_examples: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_constant_statistics: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_not_divided: layernorm_backward, AllBut(BOTH_PARAMETERS);
    layer_back_parameters_of_rows: layernorm_backward, AllBut(&["dx of fresh inputs"]);
    layer_back_parameters_as_means: layernorm_backward, AllBut(&["dx of fresh inputs"]);
    layer_back_dgamma_with_gamma: layernorm_backward, AllBut(&["dx of fresh inputs"]);
    layer_back_cancels_x_hat: layernorm_backward, Only(&["constant examples, one example, one feature"]);
    net_whole_regulariser: fully_connected_loss, AllBut(UNREGULARISED);
    net_regularises_everything: fully_connected_loss, AllBut(UNREGULARISED);
    net_regularises_hidden_layers_only: fully_connected_loss, AllBut(UNREGULARISED);
    net_half_slope: fully_connected_loss, AllBut(&["loss without normalisation", "loss with batch normalisation", "loss with layer normalisation", "loss with regularisation", "running statistics of the layers", "gradients without normalisation", "gradients with batch normalisation", "gradients with layer normalisation"]);
    net_evaluates_in_training: fully_connected_loss, AllBut(NONE_AND_LAYER);
    net_relu_first: fully_connected_loss, AllBut(&["loss without normalisation", "gradients without normalisation"]);
    net_forgets_statistics: fully_connected_loss, Only(&["running statistics of the layers"]);
    net_statistics_of_batch_norm_only: fully_connected_loss, Only(&["running statistics of the layers"]);
    net_momentum_exchanged: fully_connected_loss, Only(&["running statistics of the layers"]);
    net_large_eps: fully_connected_loss, AllBut(NONE_AND_LAYER);
    net_scales_without_gradient: fully_connected_loss, AllBut(&["loss without normalisation", "loss with batch normalisation", "loss with layer normalisation", "loss with regularisation", "running statistics of the layers", "gradients without normalisation"]);
    net_back_past_normalisation: fully_connected_loss, AllBut(&["loss without normalisation", "loss with batch normalisation", "loss with layer normalisation", "loss with regularisation", "running statistics of the layers", "gradients without normalisation"]);
    net_back_without_relu: fully_connected_loss, AllBut(&["loss without normalisation", "loss with batch normalisation", "loss with layer normalisation", "loss with regularisation", "running statistics of the layers"]);
    net_gradients_last_first: fully_connected_loss, AllBut(&["loss without normalisation", "loss with batch normalisation", "loss with layer normalisation", "loss with regularisation", "running statistics of the layers"]);
    net_without_normalisation: fully_connected_loss, AllBut(&["loss without normalisation", "gradients without normalisation"]);
    net_always_layer: fully_connected_loss, AllBut(NONE_AND_LAYER);
    net_straight: fully_connected_loss, All;
    net_sum_of_losses: fully_connected_loss, All;
    net_needs_a_hidden_layer: fully_connected_loss, Only(&["no hidden layer, many, single units"]);
    net_of_rows_only: fully_connected_loss, Only(&["images, inputs left alone"]);
    scores_in_training: scores, AllBut(SCORES_OF_NONE_AND_LAYER);
    scores_without_norm: scores, AllBut(&["scores without normalisation"]);
    scores_relu_first: scores, AllBut(&["scores without normalisation"]);
    scores_without_relu: scores, All;
    scores_bent: scores, All;
    scores_of_first_statistics: scores, AllBut(SCORES_OF_NONE_AND_LAYER);
    scores_without_scale: scores, AllBut(&["scores without normalisation"]);
    scores_large_eps: scores, AllBut(SCORES_OF_NONE_AND_LAYER);
    scores_forget_last_bias: scores, All;
    scores_always_layer: scores, AllBut(SCORES_OF_NONE_AND_LAYER);
    scores_of_three_layers: scores, Only(&["no hidden layer, many, single units"]);
    scores_of_rows_only: scores, Only(&["images"]);
    scores_need_two_examples: scores, Only(&["no hidden layer, many, single units", "each example by itself", "images"]);
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/batchnorm/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { own_layers row_by_row one_core }

/// One of the right answers.
pub fn first_right() -> Functions {
    own_layers::FUNCTIONS
}
