//! Reading submissions and notebooks, from outside.

mod archive;
mod common;
mod errors;
mod hostile;
mod notebook;
mod selection;
