//! Waits for the future that a cell with `.await` is.

use std::future::Future;

pub use pollster::block_on;

use crate::Failure;

/// Says what type a cell's future has, so that `?` in it can be inferred.
pub fn cell<F: Future<Output = Result<(), Failure>>>(future: F) -> F {
    future
}
