//! The trusted judge: compiles a submission in the sandbox, calls its functions, runs checks over the calls, counts
//! points and writes reports.
//!
//! It holds no assignment's answers: checks and their points come from outside, public ones from `gradus-assignments`,
//! hidden ones from `gradus-grader`. So the same machinery serves `gradus check` on a student's machine and
//! `gradus grade` on the course's.

mod assemble;
pub mod batch;
mod compile;
mod diagnostics;
pub mod grade;
mod judge;
pub mod museum;
mod pinned;
mod policy;
pub mod report;
mod rustc;
mod scratch;
mod worker;

pub use grade::Outcome;
pub use judge::{Judge, JudgeError, read_answers, submission_name};
pub use policy::SourceScan;
pub use scratch::Scratch;
pub use worker::Worker;
