//! Conversations with a kernel over real sockets. The frontend accounts for every message; the engine is a small one
//! that does on command what cells can do.

mod cells;
mod frontend;
mod lifecycle;
mod outputs;
mod questions;
mod requests;
mod test_engine;
