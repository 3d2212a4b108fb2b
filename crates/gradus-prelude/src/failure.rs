//! What `?` on a cell's top level turns an error into.

use std::any::type_name;
use std::fmt::Debug;

/// An error that ended a cell.
///
/// It is not `Debug` itself, so that every error that is can become one.
pub struct Failure {
    /// The error's type.
    pub type_name: &'static str,
    /// The error, as `{:?}` writes it.
    pub text: String,
}

impl<E: Debug> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { type_name: type_name::<E>(), text: format!("{error:?}") }
    }
}
