//! Numeric checks: is this array right, and if not, how is it wrong?
//!
//! - [`relative_error`]: one number for how far two arrays are apart.
//! - [`numeric_gradient`] and its kin: the gradient that a forward function implies, to hold against a backward function.
//! - [`Probe`]: the same gradient when the function runs elsewhere and can only be asked for values.
//! - [`compare`] within a [`Tolerance`]: a verdict, and a [`Mismatch`] that explains itself.
//! - [`ErrorMap`]: where an array is wrong, as a small picture.
//! - [`diagnose`]: the usual slips (a forgotten mean, a lost sign, a transposed result) in plain words.
//!
//! Functions take any [`ndarray::ArrayBase`] by reference: an owned array, a view, the result of an expression. The crate
//! knows nothing of networks, of grading, or of who sees a message: it offers each message with and without values.

mod compare;
mod diagnose;
mod element;
mod gradient;
mod map;
mod mismatch;
mod probe;
mod relative;
mod tolerance;

pub use compare::{compare, compare_scalar};
pub use diagnose::{Diagnosis, Factor, diagnose};
pub use element::Element;
pub use gradient::{numeric_gradient, numeric_gradient_array, numeric_gradient_sampled};
pub use map::ErrorMap;
pub use mismatch::{Mismatch, WithoutValues};
pub use probe::{EvaluationCount, Probe, Step};
pub use relative::{relative_error, relative_error_scalar};
pub use tolerance::Tolerance;
