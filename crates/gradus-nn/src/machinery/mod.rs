//! What makes the layers fast, out of sight of their arithmetic: threads, loops over them, memory for results, and the
//! matrix product. Nothing here knows what a layer is.

#![cfg_attr(
    not(feature = "default"),
    allow(dead_code, unused_imports, unused_macros, reason = "a library with few topics needs only some of it")
)]

mod elementwise;
mod fresh;
mod matmul;
mod memory;
#[cfg(any(feature = "softmax", feature = "svm"))]
mod narrow;
mod panels;
mod parallel;
mod sums;
mod threads;
mod transpose;
mod uneven;
pub(crate) mod vector;

pub(crate) use elementwise::{copy, map, map_pairs, map_twice, update, zeros};
pub(crate) use fresh::Fresh;
pub(crate) use matmul::{matmul, matmul_into};
pub use memory::keep_freed_memory;
#[cfg(any(feature = "softmax", feature = "svm"))]
pub(crate) use narrow::there_and_back;
pub(crate) use panels::Panels;
pub(crate) use parallel::{fold, for_each, for_each_with};
pub(crate) use sums::{maximum_of, sum_and_dot, sum_of, sum_of_rows};
pub use threads::{set_threads, threads};
pub(crate) use transpose::transposed;
pub(crate) use uneven::{add_product, weight_gradient};
