//! The gradebook in a browser: who stands where, what a submission got and why, its written answers beside their rubrics,
//! scores, overrides and remarks by hand.
//!
//! A small server for one person on their own machine: pages are made here, no script runs in them, and every change is one
//! more record in the gradebook, where nothing is overwritten. [`access`] says who gets in. What is asked in an assignment
//! comes from its source, which the caller reads; grading is left to the judge.

pub mod access;
mod actions;
mod error;
mod page;
mod question;
mod server;
mod written;

pub use error::ReviewError;
pub use question::{Assignment, Question, ScoreError};
pub use server::Review;
