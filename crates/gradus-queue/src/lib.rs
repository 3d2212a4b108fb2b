//! Grading on many machines: jobs in a PostgreSQL database, which is the gradebook too.
//!
//! Handing out jobs, leases, heartbeats and handing out again what a dead worker had are apalis's. What makes each
//! submission end in exactly one outcome is the gradebook's: a submission and its job come in one transaction, and so do
//! an outcome and the end of its job, which has to be this worker's still. Grading itself is the caller's.
//!
//! A job is tried [`LAST_FAULT`] times when the grader is at fault, and [`LAST_TRY`] times when its workers die; then it ends
//! with an outcome that says so, and stays in the queue's table as `Killed`. Workers of another state of the keys have a queue of another name: they never see each other's jobs.

mod desk;
mod error;
mod queue;
mod waiting;
mod worker;

pub use desk::{LAST_FAULT, LAST_TRY};
pub use error::QueueError;
pub use queue::Queue;
pub use waiting::Waiting;
pub use worker::{Grade, Work};
