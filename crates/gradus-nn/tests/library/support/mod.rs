//! What several files of tests use.

pub mod gradients;
pub mod images;
pub mod numpy;
pub mod panics;
pub mod recorded;
pub mod torch;
