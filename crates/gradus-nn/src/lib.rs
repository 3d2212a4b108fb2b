//! The teaching library: layers, losses and training over ndarray, forward and backward written out.
//!
//! Plain arrays in, plain arrays out. Everything is generic over `f32` and `f64` through [`Scalar`]. Arguments are
//! [`ndarray::ArrayRef`], so owned arrays and views both pass by reference; give a sum or product a name before passing
//! it, because the compiler cannot infer its type through the reference.
//!
//! Conventions: inputs are rows (`scores = x @ w`), labels are `usize` from 0 to `classes - 1`, and randomness comes
//! from a seeded generator. A shape that does not fit panics at the caller's line and names the operation, the rule and
//! both shapes.
//!
//! | module | what for | feature |
//! | --- | --- | --- |
//! | `softmax` | softmax, log-sum-exp, cross-entropy loss | `softmax` |
//! | `linear` | softmax classifier: loss, training, prediction | `softmax` |
//! | [`metrics`] | how good predictions are | |
//! | [`preprocess`], [`split`], [`folds`] | from raw data to rows for training, cross-validation | |
//! | [`augment`] | random changes to training images | |
//! | `pictures` | curves, image grids, tables and histograms, as SVG and PNG | `pictures` |
//! | [`random`] | seeded draws | |
//! | [`data`] | readers, embedded data sets | `fashion-mnist` for the embedded images |
//!
//! A topic that is the answer of an assignment is a feature, so that students of that assignment link the library
//! without it.

pub mod augment;
pub mod data;
pub mod folds;
#[cfg(feature = "softmax")]
pub mod linear;
pub mod metrics;
#[cfg(feature = "pictures")]
pub mod pictures;
pub mod preprocess;
pub mod random;
mod scalar;
mod shape;
#[cfg(feature = "softmax")]
pub mod softmax;
pub mod split;

pub use scalar::Scalar;
