//! What makes the layers fast, out of sight of their arithmetic: threads, loops over them, memory for results, and the
//! matrix product. Nothing here knows what a layer is.

mod elementwise;
mod fresh;
mod matmul;
mod parallel;
mod sums;
mod threads;
mod wide;

pub(crate) use elementwise::{copy, map, map_pairs, map_twice, update};
pub(crate) use fresh::Fresh;
pub(crate) use matmul::{matmul, matmul_into};
pub(crate) use parallel::{fold, for_each, for_each_with};
pub(crate) use sums::{sum_and_dot, sum_of};
pub use threads::{set_threads, threads};
pub(crate) use wide::{Wide, wide};
