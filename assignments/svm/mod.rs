//! Assignment `svm`: a linear classifier, its multiclass hinge loss, its training, and a search for hyper-parameters.

pub mod checks;
#[expect(clippy::too_many_arguments, reason = "a search has as many")]
mod interface;

pub use crate::answer_as_written as answer;
pub use interface::{FUNCTIONS, Functions, call};

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::svm::{Functions, try_out};
/// use ndarray::Array2;
///
/// let mine = Functions { svm_loss: Some(|x, _| (0.0, Array2::zeros(x.dim()))), ..Functions::default() };
/// let trial = try_out("svm_loss", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
