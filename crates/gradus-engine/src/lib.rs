//! Evaluates Rust cells one after another and keeps what they define. Knows nothing of Jupyter.
//!
//! [`Engine`] is the contract; whoever shows results to a person (a notebook kernel, a test) sits behind it.
//! [`RustcEngine`] is the engine that calls rustc itself, against a [`Library`] that was built beforehand. How a cell
//! goes from text to outcome is in `engine.rs`; the rest in the order in which a cell meets it:
//!
//! | file | what it does |
//! | --- | --- |
//! | `commands.rs`, `dependencies.rs` | lines that begin with `:`; crates that they add |
//! | `cell/` | takes the text apart: items, imports, macros, statements |
//! | `session.rs`, `define.rs` | what is defined so far, and how a cell's items change it |
//! | `source.rs`, `header.rs` | generated sources that remember where each part comes from |
//! | `units.rs`, `statements.rs` | the two kinds of sources: crates of items, and what is run |
//! | `compile.rs`, `diagnostics.rs`, `failures.rs` | rustc and the linker; what they say, in the cells' own lines |
//! | `types.rs` | types that later cells can name |
//! | `process.rs`, `interrupt.rs`, `output.rs`, `frames.rs` | the process that runs cells, and what comes out of it |
//!
//! With the feature `evcxr` there is a second engine, `EvcxrEngine` in `evcxr/`: the peer that this one is compared with.

#![deny(missing_docs)]

mod cell;
mod commands;
mod compile;
mod completeness;
mod contract;
mod define;
mod dependencies;
mod diagnostics;
mod engine;
#[cfg(feature = "evcxr")]
mod evcxr;
mod failures;
mod folder;
mod frames;
mod header;
mod interrupt;
mod library;
mod mentions;
mod output;
mod process;
mod session;
mod source;
mod statements;
mod types;
mod units;

pub use contract::{
    Cell, CellError, CellErrorKind, Completeness, Engine, Event, Interrupt, MimeBundle, Outcome, Success, Variable,
};
pub use engine::{Options, RustcEngine, StartError};
#[cfg(feature = "evcxr")]
pub use evcxr::{EvcxrEngine, EvcxrError, standard_library_source, take_over_if_asked};
pub use library::{EXTERNS, Library, LibraryError, inner_cargo, target, workspace};
