//! Assignment `dropout`: inverted dropout, a network with it, and other ways to regularise.

mod answer;
pub mod checks;
mod interface;

pub use crate::dropout_answer as answer;
pub use crate::fully_connected::{FullyConnectedNet, Layer};
pub use crate::mode::Mode;
pub use interface::{FUNCTIONS, Functions, call};

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::dropout::{Functions, try_out};
///
/// let mine = Functions { max_norm: Some(|w, limit| w.mapv(|weight| weight.min(limit))), ..Functions::default() };
/// let trial = try_out("max_norm", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
