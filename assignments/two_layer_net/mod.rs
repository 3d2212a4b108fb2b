//! Assignment `two_layer_net`: the affine layer and ReLU, forward and backward, and the network made of them.

mod answer;
pub mod checks;
#[expect(clippy::too_many_arguments, reason = "training has as many")]
mod interface;
mod net;

pub use crate::two_layer_net_answer as answer;
pub use interface::{FUNCTIONS, Functions, call};
pub use net::TwoLayerNet;

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::two_layer_net::{Functions, try_out};
///
/// let mine = Functions { relu_forward: Some(|x| x.clone()), ..Functions::default() };
/// let trial = try_out("relu_forward", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
