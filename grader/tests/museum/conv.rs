//! The recorded answers of `conv`.
// GRADUS-STAFF-ONLY-7c1f4e

use gradus_assignments::conv::Functions;

use super::Fails::{All, AllBut, Only};
use super::{Museum, Wrong};
use crate::wholly_wrong;

/// All functions, put together of what has their names where this is used.
macro_rules! all {
    () => {
        gradus_assignments::conv::Functions {
            conv_forward_naive: Some(gradus_assignments::conv::answer!(conv_forward_naive)),
            conv_backward_naive: Some(gradus_assignments::conv::answer!(conv_backward_naive)),
            max_pool_forward_naive: Some(gradus_assignments::conv::answer!(max_pool_forward_naive)),
            max_pool_backward_naive: Some(gradus_assignments::conv::answer!(max_pool_backward_naive)),
            three_layer_convnet_loss: Some(three_layer_convnet_loss),
            spatial_batchnorm_forward: Some(gradus_assignments::conv::answer!(spatial_batchnorm_forward)),
            spatial_batchnorm_backward: Some(gradus_assignments::conv::answer!(spatial_batchnorm_backward)),
            spatial_groupnorm_forward: Some(gradus_assignments::conv::answer!(spatial_groupnorm_forward)),
            spatial_groupnorm_backward: Some(gradus_assignments::conv::answer!(spatial_groupnorm_backward)),
        }
    };
}
use all;

pub fn museum() -> Museum {
    let untouched = Functions {
        conv_forward_naive: Some(|_, _, _, _, _| todo!()),
        conv_backward_naive: Some(|_, _, _, _, _, _| todo!()),
        max_pool_forward_naive: Some(|_, _, _, _| todo!()),
        max_pool_backward_naive: Some(|_, _, _, _, _| todo!()),
        three_layer_convnet_loss: Some(|_, _, _, _| todo!()),
        spatial_batchnorm_forward: Some(|_, _, _, _| todo!()),
        spatial_batchnorm_backward: Some(|_, _, _, _, _| todo!()),
        spatial_groupnorm_forward: Some(|_, _, _, _, _| todo!()),
        spatial_groupnorm_backward: Some(|_, _, _, _, _, _| todo!()),
    };
    Museum {
        id: "conv",
        wrong: wrong(),
        right: right().into_iter().map(|(name, functions)| (name, Box::new(functions) as _)).collect(),
        wholly_wrong: wholly_wrong::conv::answers(),
        untouched: Box::new(untouched),
    }
}

/// The right answers that go beside the wrong ones, which may call them.
#[path = "../../keys/conv/reference.rs"]
mod reference;

/// Modules for wrong answers, each among the reference's other functions and types, and `wrong()` for all of them. What a
/// wrong answer defines goes before what comes with the glob import.
macro_rules! wrong_answers {
    ($($name:ident: $function:ident, $fails:expr;)*) => {
        $(mod $name {
            use super::reference::*;
            include!(concat!("../../keys/conv/wrong/", stringify!($name), ".rs"));

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
    forgets_bias: conv_forward_naive, All;
    one_bias_for_all: conv_forward_naive, All;
    bias_for_each_channel: conv_forward_naive, All;
    subtracts_bias: conv_forward_naive, All;
    flips_filters: conv_forward_naive, All;
    transposes_filters: conv_forward_naive, All;
    first_channel_only: conv_forward_naive, All;
    overwrites_channels: conv_forward_naive, All;
    ignores_stride: conv_forward_naive, Only(&["strides and paddings", "images and filters that are not square", "recorded inputs"]);
    ignores_padding: conv_forward_naive, All;
    image_in_the_corner: conv_forward_naive, All;
    rounds_up: conv_forward_naive, Only(&["strides and paddings", "recorded inputs"]);
    square_images_only: conv_forward_naive, Only(&["images and filters that are not square", "one image, one channel, one filter", "recorded inputs"]);
    square_filters_only: conv_forward_naive, Only(&["images and filters that are not square", "one image, one channel, one filter"]);
    bends_already: conv_forward_naive, All;
    means_of_windows: conv_forward_naive, All;
    single_precision: conv_forward_naive, All;
    dx_overwrites: conv_backward_naive, AllBut(&["dw of fresh images", "db of fresh images"]);
    dw_overwrites: conv_backward_naive, AllBut(&["dx of fresh images", "db of fresh images"]);
    dx_keeps_padding: conv_backward_naive, AllBut(&["dw of fresh images", "db of fresh images"]);
    dx_cuts_one_side: conv_backward_naive, AllBut(&["dw of fresh images", "db of fresh images"]);
    dx_flips_filters: conv_backward_naive, AllBut(&["dw of fresh images", "db of fresh images"]);
    dx_of_first_filter: conv_backward_naive, AllBut(&["dw of fresh images", "db of fresh images"]);
    dw_of_last_image: conv_backward_naive, AllBut(&["dx of fresh images", "db of fresh images"]);
    dw_without_padding: conv_backward_naive, AllBut(&["dx of fresh images", "db of fresh images"]);
    db_as_mean: conv_backward_naive, AllBut(&["dx of fresh images", "dw of fresh images"]);
    db_of_corner: conv_backward_naive, AllBut(&["dx of fresh images", "dw of fresh images"]);
    db_counts_windows: conv_backward_naive, AllBut(&["dx of fresh images", "dw of fresh images"]);
    back_ignores_stride: conv_backward_naive, Only(&["strides and paddings", "images and filters that are not square", "recorded inputs", "gradients against the slope of the output"]);
    divides_by_batch: conv_backward_naive, All;
    first_channel_back: conv_backward_naive, AllBut(&["db of fresh images"]);
    back_with_minus: conv_backward_naive, All;
    back_square_filters_only: conv_backward_naive, Only(&["images and filters that are not square", "one image, one channel, one filter", "gradients against the slope of the output"]);
    back_in_single_precision: conv_backward_naive, All;
    search_starts_at_zero: max_pool_forward_naive, All;
    pools_means: max_pool_forward_naive, All;
    takes_the_smallest: max_pool_forward_naive, All;
    largest_without_sign: max_pool_forward_naive, All;
    first_of_window: max_pool_forward_naive, All;
    last_of_window: max_pool_forward_naive, All;
    pools_over_channels: max_pool_forward_naive, All;
    windows_side_by_side: max_pool_forward_naive, Only(&["windows that overlap, gaps, rests", "windows and images that are not square", "recorded images"]);
    pool_rounds_up: max_pool_forward_naive, Only(&["windows that overlap, gaps, rests", "windows and images that are not square", "recorded images"]);
    square_windows_only: max_pool_forward_naive, Only(&["windows and images that are not square"]);
    pools_square_images_only: max_pool_forward_naive, Only(&["windows and images that are not square", "recorded images"]);
    pools_in_single_precision: max_pool_forward_naive, All;
    spreads_to_all: max_pool_backward_naive, All;
    shares_among_window: max_pool_backward_naive, All;
    pool_overwrites: max_pool_backward_naive, Only(&["windows that overlap, gaps, rests", "windows and images that are not square", "equal numbers", "recorded images", "gradient against the slope of the output"]);
    clears_the_window: max_pool_backward_naive, Only(&["windows that overlap, gaps, rests", "windows and images that are not square", "equal numbers", "recorded images", "gradient against the slope of the output"]);
    last_of_equal: max_pool_backward_naive, Only(&["equal numbers"]);
    each_of_equal: max_pool_backward_naive, Only(&["equal numbers"]);
    shares_among_equal: max_pool_backward_naive, Only(&["equal numbers"]);
    one_for_the_largest: max_pool_backward_naive, All;
    back_to_the_first: max_pool_backward_naive, All;
    back_to_the_smallest: max_pool_backward_naive, All;
    times_the_largest: max_pool_backward_naive, All;
    back_side_by_side: max_pool_backward_naive, Only(&["windows that overlap, gaps, rests", "windows and images that are not square", "equal numbers", "recorded images", "gradient against the slope of the output"]);
    pool_back_with_minus: max_pool_backward_naive, All;
    whole_regulariser: three_layer_convnet_loss, AllBut(&["loss without regularisation", "gradients of the affine layers", "gradients of the filters"]);
    half_slope: three_layer_convnet_loss, AllBut(&["loss without regularisation", "loss with regularisation", "gradients of the affine layers", "gradients of the filters"]);
    regularises_biases: three_layer_convnet_loss, AllBut(&["loss without regularisation", "gradients of the affine layers", "gradients of the filters"]);
    filters_not_regularised: three_layer_convnet_loss, AllBut(&["loss without regularisation", "gradients of the affine layers", "gradients of the filters"]);
    regulariser_without_slope: three_layer_convnet_loss, AllBut(&["loss without regularisation", "loss with regularisation", "gradients of the affine layers", "gradients of the filters"]);
    regulariser_divided_by_n: three_layer_convnet_loss, AllBut(&["loss without regularisation", "gradients of the affine layers", "gradients of the filters"]);
    mean_twice: three_layer_convnet_loss, AllBut(&["loss without regularisation", "loss with regularisation"]);
    sum_of_losses: three_layer_convnet_loss, All;
    without_first_relu: three_layer_convnet_loss, All;
    back_without_first_relu: three_layer_convnet_loss, AllBut(&["loss without regularisation", "loss with regularisation", "gradients of the affine layers"]);
    without_second_relu: three_layer_convnet_loss, All;
    relu_behind_scores: three_layer_convnet_loss, All;
    padding_of_one: three_layer_convnet_loss, Only(&["other sizes"]);
    without_padding: three_layer_convnet_loss, All;
    labels_from_one: three_layer_convnet_loss, All;
    mixes_channels: spatial_batchnorm_forward, All;
    not_brought_back: spatial_batchnorm_forward, All;
    each_image_by_itself: spatial_batchnorm_forward, All;
    each_place_by_itself: spatial_batchnorm_forward, All;
    all_channels_together: spatial_batchnorm_forward, All;
    unbiased_variance: spatial_batchnorm_forward, All;
    without_scale_and_shift: spatial_batchnorm_forward, All;
    running_unchanged: spatial_batchnorm_forward, Only(&["running statistics"]);
    momentum_exchanged: spatial_batchnorm_forward, Only(&["running statistics"]);
    running_unbiased: spatial_batchnorm_forward, Only(&["running statistics"]);
    batch_statistics_always: spatial_batchnorm_forward, Only(&["output outside of training"]);
    running_changes_in_use: spatial_batchnorm_forward, Only(&["output outside of training"]);
    running_statistics_always: spatial_batchnorm_forward, All;
    needs_several_images: spatial_batchnorm_forward, Only(&["output outside of training", "one image, one channel, one place"]);
    back_mixes_channels: spatial_batchnorm_backward, All;
    dx_not_brought_back: spatial_batchnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    dx_channels_last: spatial_batchnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    parameters_exchanged: spatial_batchnorm_backward, AllBut(&["dx of fresh images"]);
    parameters_as_means: spatial_batchnorm_backward, AllBut(&["dx of fresh images"]);
    dbeta_counts: spatial_batchnorm_backward, AllBut(&["dx of fresh images"]);
    dbeta_of_first_image: spatial_batchnorm_backward, AllBut(&["dx of fresh images"]);
    passes_dout_on: spatial_batchnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    dx_divided_by_batch: spatial_batchnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    height_and_width_exchanged: spatial_batchnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    norm_back_with_minus: spatial_batchnorm_backward, All;
    image_after_image: spatial_batchnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    groups_of_all_images: spatial_groupnorm_forward, All;
    each_channel_by_itself: spatial_groupnorm_forward, All;
    whole_images: spatial_groupnorm_forward, All;
    groups_as_size: spatial_groupnorm_forward, All;
    every_other_channel: spatial_groupnorm_forward, All;
    group_without_scale_and_shift: spatial_groupnorm_forward, All;
    one_gamma_for_each_group: spatial_groupnorm_forward, All;
    group_unbiased: spatial_groupnorm_forward, All;
    eps_outside_root: spatial_groupnorm_forward, All;
    group_without_eps: spatial_groupnorm_forward, All;
    divides_by_variance: spatial_groupnorm_forward, All;
    group_not_centred: spatial_groupnorm_forward, All;
    needs_several_groups: spatial_groupnorm_forward, Only(&["one group, a group for each channel, one image"]);
    constant_statistics: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    constant_deviation: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    constant_mean: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    sums_for_means: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    means_of_all: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    forgets_gamma: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    gamma_at_the_end: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    forgets_deviation: spatial_groupnorm_backward, AllBut(&["dgamma and dbeta of fresh images"]);
    dgamma_without_numbers: spatial_groupnorm_backward, AllBut(&["dx of fresh images"]);
    dgamma_as_mean: spatial_groupnorm_backward, AllBut(&["dx of fresh images"]);
    parameters_of_first_image: spatial_groupnorm_backward, AllBut(&["dx of fresh images"]);
    parameters_by_group: spatial_groupnorm_backward, AllBut(&["dx of fresh images"]);
    group_back_with_minus: spatial_groupnorm_backward, All;
    back_needs_several_groups: spatial_groupnorm_backward, Only(&["one group, a group for each channel, one image", "gradients against the slope of the output"]);
}

/// Modules for right answers, and `right()` for their functions. They may be private, so they are read into a module.
macro_rules! right_answers {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("../../keys/conv/right/", stringify!($name), ".rs"));

            pub const FUNCTIONS: super::Functions = super::all!();
        })*

        fn right() -> Vec<(&'static str, Functions)> {
            vec![$((stringify!($name), $name::FUNCTIONS),)*]
        }
    };
}

right_answers! { loops windows_as_columns }

/// One of the right answers.
pub fn first_right() -> Functions {
    loops::FUNCTIONS
}
