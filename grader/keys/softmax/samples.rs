//! The demo's submissions and the museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::Sample;
use crate::museum::{Specimen, museum};

/// The demo's submissions.
pub const DEMO: &[Sample] = &[
    Sample {
        file_name: "right.rs",
        bytes: include_bytes!("demo/right.rs"),
        about: "every answer right, in one Rust file",
    },
    Sample {
        file_name: "other_style.ipynb",
        bytes: include_bytes!("demo/other_style.ipynb"),
        about: "every answer right, in other words, in a notebook",
    },
    Sample {
        file_name: "wrong_gradient.rs",
        bytes: include_bytes!("demo/wrong_gradient.rs"),
        about: "one gradient without its mean",
    },
    Sample {
        file_name: "does_not_compile.ipynb",
        bytes: include_bytes!("demo/does_not_compile.ipynb"),
        about: "a type error in one function",
    },
    Sample {
        file_name: "endless_loop.rs",
        bytes: include_bytes!("demo/endless_loop.rs"),
        about: "one function that never ends",
    },
    Sample {
        file_name: "forged_result.rs",
        bytes: include_bytes!("demo/forged_result.rs"),
        about: "prints a result of its own making and exits",
    },
];

/// Recorded answers: the wrong ones in the order of the questions, then the right ones.
pub const MUSEUM: &[Specimen] = museum! {
    wrong: [
        no_mean, gradient_without_mean, wrong_sign, zero_gradient, transposed_gradient, integer_division,
        label_off_by_one, no_shift, single_precision, constant_output, nan, linear_function, caches_by_shape,
        memorised_public_case, changes_input, takes_mutable_reference, no_regulariser_gradient,
        half_regulariser, naive_transposed_gradient, naive_without_shift, naive_keeps_gradient_of_last_example,
        naive_always_zero, naive_regulariser_for_each_example, naive_gradient_without_mean,
        naive_true_class_without_one, loops_for_vectorised, regulariser_divided_by_n, weights_not_squared,
        vectorised_without_shift, always_ln_c, vectorised_gradient_without_mean, vectorised_half_regulariser,
        vectorised_mean_over_classes_too, vectorised_one_sum_for_all, never_updates, climbs, ignores_learning_rate,
        ignores_regulariser, history_one_too_long, history_after_update, ignores_seed, full_batch,
        first_examples_only, labels_of_other_examples, counts_classes_that_occur, batch_larger_than_data_panics,
        stops_early, argmin, predicts_one_too_high, search_starts_at_zero, predicts_first_class,
        argmax_over_examples, predicts_score_for_class, predicts_largest_size, predicts_without_last_class,
        predict_multiplies_the_other_way,
    ],
    right: [
        plain_loops, iterators, logarithm_of_probability, log_sum_exp, generic_helpers,
    ],
};
