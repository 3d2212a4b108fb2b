//! The teaching library: layers, losses and training over ndarray, forward and backward written out.
//!
//! Plain arrays in, plain arrays out. Everything is generic over `f32` and `f64` through [`Scalar`]. Arguments are
//! [`ndarray::ArrayRef`], so owned arrays and views both pass by reference; give a sum or product a name before passing
//! it, because the compiler cannot infer its type through the reference.
//!
//! Readers who know Python find their way by `numpy_and_pytorch`.
//!
//! Conventions: inputs are rows (`scores = x @ w`), labels are `usize` from 0 to `classes - 1`, and randomness comes
//! from a seeded generator. A shape that does not fit panics at the caller's line and names the operation, the rule and
//! both shapes.
//!
//! | module | what for | feature |
//! | --- | --- | --- |
//! | `softmax` | softmax, log-sum-exp, cross-entropy loss | `softmax` |
//! | `svm` | multiclass SVM loss | `svm` |
//! | [`losses`] | mean squared error, smooth L1, binary cross-entropy | |
//! | [`regularisation`] | L1, L2, elastic net | |
//! | `linear` | softmax and SVM classifier: loss, training, prediction | `softmax`, `svm` |
//! | `affine` | fully connected layer, alone and with ReLU | `two_layer_net` |
//! | [`activations`] | sigmoid, tanh, GELU; ReLU and its kin | `two_layer_net` for ReLU, leaky ReLU, PReLU, ELU, maxout |
//! | `dropout` | inverted dropout | `dropout` |
//! | `norms` | batch, spatial batch, layer, spatial group and instance normalisation | `batchnorm`; for images `conv` too |
//! | `knn` | nearest neighbours: distances and the vote | `knn` |
//! | `conv`, `pool`, `upsample` | convolution and its transpose, pooling and unpooling, upsampling | `conv` |
//! | `features` | histograms of oriented gradients and of colours | `features` |
//! | `embedding`, `temporal` | word vectors; affine map and softmax loss at each step of a sequence | `rnn` |
//! | `rnn`, `lstm`, `gru` | recurrent layers, one step and whole sequences | `rnn` |
//! | `attention` | scaled dot-product and multi-head attention, positional encoding | `attention` |
//! | `transformer` | encoder and decoder blocks | `attention` |
//! | `patches` | images as sequences of their squares | `attention` |
//! | `optimisers` | SGD, momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW, SAM | `fully_connected` |
//! | [`networks`] | two-layer, fully connected and three-layer conv net, vision transformer, captioning; parameters by name | those of their layers |
//! | `solver` | training, history, checkpoints | `fully_connected` |
//! | [`schedules`], [`initialise`], [`search`] | learning rates over time, first weights, hyper-parameters | |
//! | [`metrics`] | how good predictions are | |
//! | [`preprocess`], [`split`], [`folds`] | from raw data to rows for training, cross-validation | |
//! | [`augment`] | random changes to training images | |
//! | `pictures` | curves, image grids, tables and histograms, as SVG and PNG | `pictures` |
//! | [`random`] | seeded draws | |
//! | [`data`] | readers, embedded data sets | `fashion-mnist` for the embedded images |
//!
//! A topic that is the answer of an assignment is a feature, so that students of that assignment link the library
//! without it. No topic brings another one's functions with it: the blocks of `attention` have layer norm and ReLU inside,
//! but do not show them. An assignment lists the topics that its students have behind them.

pub mod activations;
#[cfg(feature = "two_layer_net")]
pub mod affine;
#[cfg(feature = "attention")]
pub mod attention;
pub mod augment;
#[cfg(feature = "conv")]
pub mod conv;
pub mod data;
#[cfg(feature = "dropout")]
pub mod dropout;
#[cfg(feature = "rnn")]
pub mod embedding;
#[cfg(feature = "features")]
pub mod features;
pub mod folds;
#[cfg(feature = "rnn")]
pub mod gru;
pub mod initialise;
#[cfg(feature = "knn")]
pub mod knn;
#[cfg(any(feature = "softmax", feature = "svm"))]
pub mod linear;
pub mod losses;
#[cfg(feature = "rnn")]
pub mod lstm;
mod machinery;
pub mod metrics;
mod mode;
#[cfg(feature = "attention")]
mod named;
pub mod networks;
#[cfg(feature = "batchnorm")]
pub mod norms;
#[cfg(all(feature = "attention", not(feature = "batchnorm")))]
mod norms; // layer norm, inside the blocks
#[cfg(feature = "default")]
pub mod numpy_and_pytorch;
#[cfg(feature = "fully_connected")]
pub mod optimisers;
#[cfg(feature = "attention")]
pub mod patches;
#[cfg(feature = "pictures")]
pub mod pictures;
#[cfg(feature = "conv")]
pub mod pool;
pub mod preprocess;
pub mod random;
#[cfg(feature = "rnn")]
mod recurrent;
pub mod regularisation;
#[cfg(feature = "rnn")]
pub mod rnn;
mod scalar;
pub mod schedules;
pub mod search;
mod shape;
#[cfg(feature = "softmax")]
pub mod softmax;
#[cfg(feature = "fully_connected")]
pub mod solver;
mod special;
pub mod split;
#[cfg(any(feature = "attention", feature = "rnn"))]
mod steps;
#[cfg(feature = "svm")]
pub mod svm;
#[cfg(feature = "rnn")]
pub mod temporal;
#[cfg(feature = "attention")]
pub mod transformer;
#[cfg(feature = "conv")]
pub mod upsample;

pub use machinery::{keep_freed_memory, set_threads, threads};
pub use mode::Mode;
pub use scalar::Scalar;
