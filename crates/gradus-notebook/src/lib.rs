//! Reads what a student hands in (notebook, Rust file, folder) and finds the answers in it.
