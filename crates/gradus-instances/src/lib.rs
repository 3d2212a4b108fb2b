//! What most answers use of `ndarray`, `rand` and the teaching library, compiled once so that no submission has to.
//!
//! Nobody calls these functions, and what they calculate means nothing: rustc compiles the generic code in them, and a
//! crate that links this one uses that instead of compiling it again, if both are compiled with little optimisation: at a
//! higher level than 1, rustc shares nothing. A closure is a type of its own, so `mapv` with a student's closure is
//! compiled with the student's crate whatever stands here.

#![expect(missing_docs, reason = "no function here is for anybody to call")]

pub mod elements;
pub mod library;
pub mod operators;
pub mod parts;
pub mod products;
pub mod random;
