//! A question as an interface: named functions with typed arguments, calls to them in any process, and checks that
//! run over those calls.
//!
//! One [`interface!`] is written for an assignment. The same [`Check`] then runs against anything that implements it:
//! the reference answer in this process, a student's functions in a notebook, or a student's functions in a sandboxed
//! worker at the other end of a pipe. A check sees only a [`Session`]; which of the three is behind it, it cannot tell.
//!
//! Left to others: starting and limiting the other process (`gradus-judge`, `gradus-sandbox`), the loop in the worker
//! (`gradus-worker`), the assignments themselves (`gradus-assignments`, `gradus-grader`).

mod arguments;
mod call;
mod check;
mod error;
mod interface;
mod local;
mod operation;
pub mod protocol;
mod wire;

pub use arguments::{Argument, Arguments};
pub use call::{Call, Caller, Perturbation, Projection, Session};
pub use check::{Check, Context, Failure, Losses, Verdict, Visibility};
pub use error::{CallError, Place};
pub use interface::{Answer, Function, Unanswered};
pub use local::Local;
pub use operation::Operation;
pub use wire::{Reader, Value, WireError};
