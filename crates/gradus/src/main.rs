//! The command line of Gradus.
fn main() {}
