//! The Jupyter kernel: speaks the messaging protocol 5.4 with notebooks and leaves evaluation to an [`Engine`].
//!
//! What comes in goes from the sockets through one dispatcher to whoever answers it: the thread that owns the engine
//! (cells), the thread that owns the [`Assistant`] (completion, inspection), or the dispatcher itself. What goes out
//! to everybody goes through one queue, so the order in which it was said is the order in which it is read.
//! Each message has a file in `messages`, with a link to its part of the specification.
//!
//! The messages' types are our own, not those of the crate `jupyter-protocol` 2.0: that one has no
//! `supported_features`, insists on fields that the specification calls optional, and writes version 5.3, another
//! program's user name and the frontend's own session into every header.

#![deny(missing_docs)]

mod assist;
mod assist_process;
mod assistant;
mod connection;
mod error;
mod exchange;
mod executor;
mod history;
mod iopub;
mod kernel;
pub mod kernelspec;
mod messages;
mod names;
mod outputs;
mod parent;
mod positions;
mod sockets;
mod state;
pub mod wire;

pub use gradus_engine::Engine;

pub use crate::assist_process::AssistProcess;
pub use crate::assistant::{Assistant, Candidate, Completions, NoAssistant, Place};
pub use crate::connection::Connection;
pub use crate::error::KernelError;
pub use crate::executor::StartEngine;
pub use crate::kernel::Kernel;
pub use crate::messages::kernel_info::Identity;
pub use crate::names::SessionNames;

/// For whoever looks for the reason of something odd: Jupyter shows a kernel's stderr in its own log.
fn log(text: &str) {
    eprintln!("gradus kernel: {text}");
}
