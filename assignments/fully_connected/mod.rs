//! Assignment `fully_connected`: networks of any depth, and update rules that are better than plain gradient descent.

pub mod checks;
#[expect(clippy::too_many_arguments, reason = "Adam and training have as many")]
mod interface;
mod net;
mod rule;

pub use crate::answer_as_written as answer;
pub use interface::{FUNCTIONS, Functions, call};
pub use net::{FullyConnectedNet, Layer};
pub use rule::UpdateRule;

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::fully_connected::{Functions, try_out};
///
/// let mine = Functions { sgd_momentum: Some(|w, dw, _, _, _| (w - dw, dw.clone())), ..Functions::default() };
/// let trial = try_out("sgd_momentum", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
