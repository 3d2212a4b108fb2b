//! Evaluates Rust cells one after another and keeps what they define. Knows nothing of Jupyter.
//!
//! [`Engine`] is the contract; whoever shows results to a person (a notebook kernel, a test) sits behind it.

#![deny(missing_docs)]

mod contract;

pub use contract::{
    Cell, CellError, CellErrorKind, Completeness, Engine, Event, Interrupt, MimeBundle, Outcome, Success, Variable,
};
