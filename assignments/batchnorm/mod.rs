//! Assignment `batchnorm`: batch normalisation, its short backward pass, layer normalisation, and networks with them.

mod answer;
pub mod checks;
mod interface;
mod net;
mod running;

pub use crate::batchnorm_answer as answer;
pub use crate::mode::Mode;
pub use interface::{FUNCTIONS, Functions, call};
pub use net::{HiddenLayer, LastLayer, Normalisation, NormalisedNet, Parameters};
pub use running::{Running, RunningLayers};

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::batchnorm::{Functions, try_out};
///
/// let mine = Functions { layernorm_forward: Some(|x, gamma, beta, _| x * gamma + beta), ..Functions::default() };
/// let trial = try_out("layernorm_forward", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
