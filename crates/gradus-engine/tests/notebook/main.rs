//! Cells, one after another, through the whole engine: compiler, library and process are the real ones.

mod basics;
mod robustness;
mod semantics;
mod support;
