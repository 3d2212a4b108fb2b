//! The trusted judge: compiles a submission in the sandbox, calls its functions, runs checks over the calls, counts
//! points and writes reports.
//!
//! It holds no assignment's answers: checks and points come from outside ([`Task`]), public checks from
//! `gradus-assignments`, hidden ones from `gradus-grader`. So the same machinery serves `gradus check` on a student's
//! machine and `gradus grade` on the course's.

pub mod grade;
pub mod report;

pub use grade::{CheckGrade, FunctionGrade, FunctionState, Grade, Location, Message, Outcome, Remark, Timings};
