//! What most answers use of `ndarray`, `rand` and the teaching library, compiled once so that no submission and no cell
//! of a notebook has to.
//!
//! Nobody calls these functions, and what they calculate means nothing: rustc compiles the generic code in them, and a
//! crate that links this one uses that instead of compiling it again, if both are compiled with little optimisation: at a
//! higher level than 1, rustc shares nothing. A closure is a type of its own, so `mapv` with a student's closure is
//! compiled with the student's crate whatever stands here. No arithmetic of integers is here: cells check it for
//! overflow, and what is compiled here does not.

#![expect(missing_docs, reason = "no function here is for anybody to call")]

mod elements;
#[cfg(feature = "two_layer_net")]
mod layers;
#[cfg(feature = "batchnorm")]
mod norms;
mod operators;
mod parts;
mod products;
mod random;
#[cfg(feature = "softmax")]
mod softmax;

// Exported, or rustc would not compile them; by names that it proposes to nobody who mistypes one of their own.
pub use elements::*;
#[cfg(feature = "two_layer_net")]
pub use layers::*;
#[cfg(feature = "batchnorm")]
pub use norms::*;
pub use operators::*;
pub use parts::*;
pub use products::*;
pub use random::*;
#[cfg(feature = "softmax")]
pub use softmax::*;
