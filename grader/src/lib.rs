//! Staff only: hidden checks, reference answers and the museum of recorded answers of every assignment.
//!
//! What students get never contains this crate, nor anything below `grader/`; each file here carries the canary line
//! that the tests of the student-side archives look for. Running checks, sandboxing and reports are the judge's.
// GRADUS-STAFF-ONLY-7c1f4e

// rust-analyzer sets a name of its own, by which it alone reads the assignments' sources.
#![expect(unexpected_cfgs, reason = "cargo does not know `rust_analyzer`")]

use gradus_assignments::Assignment;
use gradus_question::{Answer, Check};

pub use self::museum::Specimen;

#[path = "../keys/attention/mod.rs"]
mod attention;
#[path = "../keys/batchnorm/mod.rs"]
mod batchnorm;
mod common;
#[path = "../keys/conv/mod.rs"]
mod conv;
#[path = "../keys/dropout/mod.rs"]
mod dropout;
#[path = "../keys/features/mod.rs"]
mod features;
#[path = "../keys/fully_connected/mod.rs"]
mod fully_connected;
#[path = "../keys/knn/mod.rs"]
mod knn;
mod linear;
mod museum;
#[path = "../keys/rnn/mod.rs"]
mod rnn;
#[path = "../keys/softmax/mod.rs"]
mod softmax;
#[path = "../keys/svm/mod.rs"]
mod svm;
#[path = "../keys/two_layer_net/mod.rs"]
mod two_layer_net;

/// Bounds of checks held against what right and wrong ways reach. Integration tests call these functions: unit tests would
/// compile all of the crate a second time.
pub mod bounds {
    pub use crate::batchnorm::{the_bounds_of_training_are_fair, the_tolerance_far_from_zero_is_fair};
}

/// The line that each of the staff's files carries, and nothing that students get.
pub const CANARY: &str = "GRADUS-STAFF-ONLY-7c1f4e";

/// The staff's part of one assignment.
pub struct Key {
    /// The public part.
    pub assignment: &'static Assignment,
    /// The checks that carry the points, in the order of the questions.
    pub hidden_checks: fn() -> Vec<Check>,
    /// The reference answers, in this process.
    pub reference: fn() -> &'static (dyn Answer + Sync),
    /// The source that notebook, starter and reference answers are made from.
    pub source: &'static str,
    /// The reference answers as a submission.
    pub reference_source: &'static str,
    /// Submissions to show the grader with, in one assignment of the course.
    pub demo: &'static [Sample],
    /// Recorded answers, wrong ones and right ones.
    pub museum: &'static [Specimen],
}

/// A submission of the demo.
pub struct Sample {
    /// Its file's name, which tells its form.
    pub file_name: &'static str,
    /// Its file's content.
    pub bytes: &'static [u8],
    /// What it shows, in a few words.
    pub about: &'static str,
}

/// A hash of everything that points in the assignment with this id depend on: its checks, its reference answers, what
/// they share with other assignments. Texts for students do not count, nor do recorded answers.
pub fn version(id: &str) -> Option<&'static str> {
    VERSIONS.iter().find(|(assignment, _)| *assignment == id).map(|(_, hash)| *hash)
}

include!(concat!(env!("OUT_DIR"), "/versions.rs"));

static KEYS: &[&Key] = &[
    &softmax::KEY,
    &svm::KEY,
    &knn::KEY,
    &two_layer_net::KEY,
    &features::KEY,
    &fully_connected::KEY,
    &batchnorm::KEY,
    &dropout::KEY,
    &conv::KEY,
    &rnn::KEY,
    &attention::KEY,
];

/// The key of the assignment with this id.
pub fn key(id: &str) -> Option<&'static Key> {
    KEYS.iter().copied().find(|key| key.assignment.id == id)
}
