//! The demo's submissions and the museum of recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

use crate::{Sample, Specimen};

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
pub const MUSEUM: &[Specimen] = &[
    Specimen {
        name: "no_mean",
        source: include_str!("wrong/no_mean.rs"),
        about: "The loss and the gradient are sums over the examples, not means.",
        right: false,
    },
    Specimen {
        name: "gradient_without_mean",
        source: include_str!("wrong/gradient_without_mean.rs"),
        about: "The gradient is not divided by the number of examples; the loss is.",
        right: false,
    },
    Specimen {
        name: "wrong_sign",
        source: include_str!("wrong/wrong_sign.rs"),
        about: "The gradient has the wrong sign.",
        right: false,
    },
    Specimen {
        name: "zero_gradient",
        source: include_str!("wrong/zero_gradient.rs"),
        about: "The gradient was left at zero.",
        right: false,
    },
    Specimen {
        name: "transposed_gradient",
        source: include_str!("wrong/transposed_gradient.rs"),
        about: "The gradient has the shape (classes, batch).",
        right: false,
    },
    Specimen {
        name: "integer_division",
        source: include_str!("wrong/integer_division.rs"),
        about: "One over the number of examples is taken in whole numbers, so it is 0 for more than one.",
        right: false,
    },
    Specimen {
        name: "label_off_by_one",
        source: include_str!("wrong/label_off_by_one.rs"),
        about: "Labels are taken to count from 1.",
        right: false,
    },
    Specimen {
        name: "no_shift",
        source: include_str!("wrong/no_shift.rs"),
        about: "The scores are not shifted before exp, so that large ones overflow.",
        right: false,
    },
    Specimen {
        name: "single_precision",
        source: include_str!("wrong/single_precision.rs"),
        about: "Everything is rounded to f32 on the way.",
        right: false,
    },
    Specimen {
        name: "constant_output",
        source: include_str!("wrong/constant_output.rs"),
        about: "The result is what an untrained classifier of ten classes gives, whatever the scores.",
        right: false,
    },
    Specimen {
        name: "nan",
        source: include_str!("wrong/nan.rs"),
        about: "The loss and the gradient are NaN.",
        right: false,
    },
    Specimen {
        name: "linear_function",
        source: include_str!("wrong/linear_function.rs"),
        about: "The loss is the sum of the scores, and the gradient that of this sum: right for a loss that nobody asked for.",
        right: false,
    },
    Specimen {
        name: "caches_by_shape",
        source: include_str!("wrong/caches_by_shape.rs"),
        about: "The first result for each shape is kept and given again.",
        right: false,
    },
    Specimen {
        name: "memorised_public_case",
        source: include_str!("wrong/memorised_public_case.rs"),
        about: "The numbers of the public checks are given back for their scores, and zeros for any other.",
        right: false,
    },
    Specimen {
        name: "changes_input",
        source: include_str!("wrong/changes_input.rs"),
        about: "The scores are turned into probabilities in the caller's array, through a known hole in safe Rust (rust-lang/rust#25860).",
        right: false,
    },
    Specimen {
        name: "takes_mutable_reference",
        source: include_str!("wrong/takes_mutable_reference.rs"),
        about: "The signature asks for a mutable reference, so that the function cannot be called as it should be.",
        right: false,
    },
    Specimen {
        name: "no_regulariser_gradient",
        source: include_str!("wrong/no_regulariser_gradient.rs"),
        about: "The regulariser is in the loss but not in the gradient.",
        right: false,
    },
    Specimen {
        name: "half_regulariser",
        source: include_str!("wrong/half_regulariser.rs"),
        about: "The regulariser is half of what is asked for, in the loss and in the gradient.",
        right: false,
    },
    Specimen {
        name: "naive_transposed_gradient",
        source: include_str!("wrong/naive_transposed_gradient.rs"),
        about: "The gradient has the shape (classes, features).",
        right: false,
    },
    Specimen {
        name: "naive_without_shift",
        source: include_str!("wrong/naive_without_shift.rs"),
        about: "The scores are not shifted before exp, so that large ones overflow.",
        right: false,
    },
    Specimen {
        name: "naive_keeps_gradient_of_last_example",
        source: include_str!("wrong/naive_keeps_gradient_of_last_example.rs"),
        about: "The gradient of each example replaces that of the one before.",
        right: false,
    },
    Specimen {
        name: "naive_always_zero",
        source: include_str!("wrong/naive_always_zero.rs"),
        about: "The loss and the gradient are zero.",
        right: false,
    },
    Specimen {
        name: "loops_for_vectorised",
        source: include_str!("wrong/loops_for_vectorised.rs"),
        about: "Loops, where matrix products were asked for: right, but slow.",
        right: false,
    },
    Specimen {
        name: "regulariser_divided_by_n",
        source: include_str!("wrong/regulariser_divided_by_n.rs"),
        about: "The regulariser is divided by the number of examples, as if it belonged to the mean.",
        right: false,
    },
    Specimen {
        name: "weights_not_squared",
        source: include_str!("wrong/weights_not_squared.rs"),
        about: "The regulariser sums the weights, not their squares.",
        right: false,
    },
    Specimen {
        name: "vectorised_without_shift",
        source: include_str!("wrong/vectorised_without_shift.rs"),
        about: "The scores are not shifted before exp, so that large ones overflow.",
        right: false,
    },
    Specimen {
        name: "always_ln_c",
        source: include_str!("wrong/always_ln_c.rs"),
        about: "The loss is ln C and the gradient that of equal scores, whatever the weights.",
        right: false,
    },
    Specimen {
        name: "never_updates",
        source: include_str!("wrong/never_updates.rs"),
        about: "The weights are never updated.",
        right: false,
    },
    Specimen {
        name: "climbs",
        source: include_str!("wrong/climbs.rs"),
        about: "The steps go up the gradient.",
        right: false,
    },
    Specimen {
        name: "ignores_learning_rate",
        source: include_str!("wrong/ignores_learning_rate.rs"),
        about: "The learning rate is not used.",
        right: false,
    },
    Specimen {
        name: "ignores_regulariser",
        source: include_str!("wrong/ignores_regulariser.rs"),
        about: "The regulariser is not passed on.",
        right: false,
    },
    Specimen {
        name: "history_one_too_long",
        source: include_str!("wrong/history_one_too_long.rs"),
        about: "The history also holds the loss after the last update.",
        right: false,
    },
    Specimen {
        name: "history_after_update",
        source: include_str!("wrong/history_after_update.rs"),
        about: "The history holds the losses after each update, not before.",
        right: false,
    },
    Specimen {
        name: "ignores_seed",
        source: include_str!("wrong/ignores_seed.rs"),
        about: "The random numbers do not come from the seed.",
        right: false,
    },
    Specimen {
        name: "full_batch",
        source: include_str!("wrong/full_batch.rs"),
        about: "Every step uses all examples; the mini-batch size is not used.",
        right: false,
    },
    Specimen {
        name: "first_examples_only",
        source: include_str!("wrong/first_examples_only.rs"),
        about: "Every mini-batch is the first examples.",
        right: false,
    },
    Specimen {
        name: "labels_of_other_examples",
        source: include_str!("wrong/labels_of_other_examples.rs"),
        about: "The rows and the labels of a mini-batch are drawn independently.",
        right: false,
    },
    Specimen {
        name: "counts_classes_that_occur",
        source: include_str!("wrong/counts_classes_that_occur.rs"),
        about: "The number of classes is how many different labels occur, not the highest label plus one.",
        right: false,
    },
    Specimen {
        name: "batch_larger_than_data_panics",
        source: include_str!("wrong/batch_larger_than_data_panics.rs"),
        about: "Mini-batches are drawn without repetition, with no care for a size above the number of examples.",
        right: false,
    },
    Specimen {
        name: "stops_early",
        source: include_str!("wrong/stops_early.rs"),
        about: "Training stops after ten iterations; the rest of the history is made up.",
        right: false,
    },
    Specimen {
        name: "argmin",
        source: include_str!("wrong/argmin.rs"),
        about: "The class with the lowest score is predicted.",
        right: false,
    },
    Specimen {
        name: "predicts_one_too_high",
        source: include_str!("wrong/predicts_one_too_high.rs"),
        about: "Classes are counted from 1.",
        right: false,
    },
    Specimen {
        name: "search_starts_at_zero",
        source: include_str!("wrong/search_starts_at_zero.rs"),
        about: "The search for the highest score starts from a score of 0.",
        right: false,
    },
    Specimen {
        name: "predicts_first_class",
        source: include_str!("wrong/predicts_first_class.rs"),
        about: "The first class is predicted for every example.",
        right: false,
    },
    Specimen {
        name: "argmax_over_examples",
        source: include_str!("wrong/argmax_over_examples.rs"),
        about: "The highest score is looked for along the wrong axis, so that there is one result for each class.",
        right: false,
    },
    Specimen {
        name: "plain_loops",
        source: include_str!("right/plain_loops.rs"),
        about: "Plain loops with indices and small helper functions.",
        right: true,
    },
    Specimen {
        name: "iterators",
        source: include_str!("right/iterators.rs"),
        about: "Iterators, folds, `Zip` and whole-array operations; weights start at zero, batches are drawn without repetition.",
        right: true,
    },
    Specimen {
        name: "logarithm_of_probability",
        source: include_str!("right/logarithm_of_probability.rs"),
        about: "The scores are shifted and the logarithm is taken of the probability, as many notes on the softmax write it.",
        right: true,
    },
    Specimen {
        name: "log_sum_exp",
        source: include_str!("right/log_sum_exp.rs"),
        about: "Everything from one log-sum-exp helper, random numbers of its own, and nothing marked `pub`.",
        right: true,
    },
    Specimen {
        name: "generic_helpers",
        source: include_str!("right/generic_helpers.rs"),
        about: "Generic helpers, a struct and a trait; sums from the back; whole epochs in shuffled order.",
        right: true,
    },
];
