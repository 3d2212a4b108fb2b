//! Notebooks run in a real kernel process: this test's own program, which serves the engine of the kernel's tests.

mod cells;
mod ends;
mod kernel;
#[path = "../../../gradus-kernel/tests/protocol/test_engine.rs"]
mod test_engine;
