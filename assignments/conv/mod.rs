//! Assignment `conv`: convolution, max pooling, a network made of them, and normalisation of images.

mod answer;
mod batchnorm_param;
pub mod checks;
mod interface;
mod net;

pub use crate::conv_answer as answer;
pub use batchnorm_param::BatchnormParam;
pub use interface::{FUNCTIONS, Functions, call};
pub use net::ThreeLayerConvNet;

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::conv::{Functions, try_out};
///
/// let mine = Functions { max_pool_forward_naive: Some(|x, _, _, _| x.clone()), ..Functions::default() };
/// let trial = try_out("max_pool_forward_naive", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
