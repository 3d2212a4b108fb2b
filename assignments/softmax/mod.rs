//! Assignment `softmax`: a linear classifier, its softmax loss, and its training.

pub mod checks;
mod interface;

pub use crate::answer_as_written as answer;
pub use interface::{FUNCTIONS, Functions, call};

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::softmax::{Functions, try_out};
/// use ndarray::Array1;
///
/// let mine = Functions { predict: Some(|_, x| Array1::zeros(x.nrows())), ..Functions::default() };
/// let trial = try_out("predict", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
