//! Assignment `softmax`: its interface and its public checks.

pub mod checks;
mod interface;

pub use interface::{FUNCTIONS, Functions, call};
