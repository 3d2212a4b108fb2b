//! Assignment `rnn`: recurrent networks, with and without gates, and captions said by them word by word.

mod answer;
pub mod checks;
#[expect(clippy::too_many_arguments, reason = "a step of the LSTM and its gradients have as many")]
mod interface;
mod net;

pub use crate::rnn_answer as answer;
pub use interface::{FUNCTIONS, Functions, call};
pub use net::{CaptioningNet, Cell};

/// The word that fills up captions that are shorter than others.
pub const NULL: usize = 0;
/// The word before the first one of each caption.
pub const START: usize = 1;
/// The word after the last one.
pub const END: usize = 2;

/// Runs the public checks of `function` on the answers in `functions`.
///
/// ```
/// use gradus_assignments::rnn::{Functions, try_out};
///
/// let mine = Functions { word_embedding_backward: Some(|_, w, _| w.clone()), ..Functions::default() };
/// let trial = try_out("word_embedding_backward", mine);
/// assert!(!trial.passed());
/// println!("{trial}");
/// ```
pub fn try_out(function: &str, functions: Functions) -> crate::Trial {
    crate::Trial::run(checks::public(), function, &functions)
}
