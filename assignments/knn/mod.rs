//! Assignment `knn`: distances between images, the vote of the nearest, and cross-validation.

pub mod checks;
mod interface;

pub use crate::answer_as_written as answer;
pub use interface::{FUNCTIONS, Functions, call};

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::knn::{Functions, try_out};
/// use ndarray::Array1;
///
/// let mine = Functions { predict_labels: Some(|d, _, _| Array1::zeros(d.nrows())), ..Functions::default() };
/// let trial = try_out("predict_labels", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
