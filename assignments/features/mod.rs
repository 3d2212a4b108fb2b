//! Assignment `features`: histograms of oriented gradients and of colours, and a linear classifier on them.

mod answer;
pub mod checks;
#[expect(clippy::too_many_arguments, reason = "a search has as many")]
mod interface;

pub use crate::features_answer as answer;
pub use answer::{FeatureFunction, feature_functions};
pub use interface::{FUNCTIONS, Functions, call};

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::features::{Functions, try_out};
/// use ndarray::Axis;
///
/// let mine = Functions { rgb2gray: Some(|image| image.sum_axis(Axis(0))), ..Functions::default() };
/// let trial = try_out("rgb2gray", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
