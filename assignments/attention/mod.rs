//! Assignment `attention`: attention, transformer layers, a network that writes captions and one that names images.

mod answer;
pub mod checks;
mod interface;
mod layers;
mod mask;
mod nets;
mod parameters;

pub use crate::attention_answer as answer;
pub use interface::{FUNCTIONS, Functions, call};
pub use layers::{DecoderLayer, EncoderLayer, FeedForward, LayerNorm, MultiHeadAttention};
pub use mask::Mask;
pub use nets::{CaptioningTransformer, END, NULL, START, VisionTransformer};
pub use parameters::Parameters;

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::attention::{Functions, try_out};
/// use ndarray::Array2;
///
/// let mine = Functions { positional_encoding: Some(|time, features| Array2::zeros((time, features))), ..Functions::default() };
/// let trial = try_out("positional_encoding", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
