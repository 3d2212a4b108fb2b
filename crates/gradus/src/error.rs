//! Errors as a user reads them: what is wrong, and what to do.

use std::fmt;

/// An error with a hint.
#[derive(Debug)]
pub struct Hinted {
    message: String,
    hint: String,
}

impl Hinted {
    /// An error that says what is wrong, and a hint that says what to do.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for Hinted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Hinted {}

/// Prints an error, what caused it, and its hint.
pub fn print(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
    if let Some(hinted) = error.downcast_ref::<Hinted>() {
        eprintln!("hint: {}", hinted.hint);
    }
}
