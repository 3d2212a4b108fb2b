//! What rustc's errors and Rust's panics mean, in plain words.
//!
//! A hint says what happened and what to write instead, on the student's own names. There is one where rustc's message
//! needs knowledge that a beginner does not have yet, and none where the message is as clear. Reading a cell, running
//! the compiler and showing what it says are left to others.

mod arrays;
mod borrows;
mod diagnostic;
mod fold;
mod mismatch;
mod names;
mod operators;
mod panics;
mod traits;
mod types;

pub use diagnostic::{Diagnostic, Span};
pub use fold::{Folded, fold};
pub use panics::explain_panic;
pub use types::plain_type;

/// What an error of the compiler means and what to do, if there is something to add to its message.
///
/// ```
/// let json = r#"{"message":"cannot assign twice to immutable variable `loss`","level":"error",
///     "code":{"code":"E0384"},"spans":[],"children":[]}"#.replace('\n', "");
/// let diagnostics = gradus_hints::Diagnostic::parse(&json);
/// assert!(gradus_hints::explain(&diagnostics[0]).unwrap().contains("`let mut loss`"));
/// ```
pub fn explain(diagnostic: &Diagnostic) -> Option<String> {
    match diagnostic.code() {
        "E0382" => borrows::moved(diagnostic),
        "E0373" | "E0381" | "E0384" | "E0499" | "E0502" | "E0503" | "E0505" | "E0506" | "E0507" | "E0515" | "E0594"
        | "E0596" | "E0597" | "E0716" => borrows::borrowed(diagnostic),
        "E0106" => borrows::lifetime(diagnostic),
        "E0308" | "E0317" => mismatch::explain(diagnostic),
        "E0277" | "E0271" => traits::explain(diagnostic),
        "E0282" | "E0283" | "E0284" | "E0689" => mismatch::unknown_type(diagnostic),
        "E0368" | "E0369" | "E0600" | "E0604" | "E0605" | "E0606" | "E0608" | "E0614" => operators::explain(diagnostic),
        _ => names::explain(diagnostic),
    }
}
