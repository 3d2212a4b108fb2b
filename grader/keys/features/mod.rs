//! Assignment `features`: reference answers, hidden checks, recorded answers.
// GRADUS-STAFF-ONLY-7c1f4e

mod checks;
#[expect(clippy::too_many_arguments, reason = "a search has as many")]
mod reference;
mod samples;
// The reference is made of it. It is a notebook's text, with statements where a module has items, so only editors read it.
#[cfg(rust_analyzer)]
mod source;

use gradus_assignments::features::{Functions, answer};
use gradus_question::Answer;

use crate::Key;
use reference::{color_histogram_hsv, extract_features, hog_feature, rgb2gray, standardize, tune_classifier};

/// The reference answers as functions of this process.
pub static REFERENCE: Functions = Functions {
    rgb2gray: Some(rgb2gray),
    hog_feature: Some(hog_feature),
    color_histogram_hsv: Some(color_histogram_hsv),
    extract_features: Some(answer!(extract_features)),
    standardize: Some(standardize),
    tune_classifier: Some(tune_classifier),
};

/// The key of assignment `features`.
pub static KEY: Key = Key {
    assignment: gradus_assignments::Assignment::known("features"),
    hidden_checks: checks::hidden,
    reference: || -> &'static (dyn Answer + Sync) { &REFERENCE },
    source: include_str!("source.rs"),
    reference_source: include_str!("reference.rs"),
    demo: &[],
    museum: samples::MUSEUM,
};
