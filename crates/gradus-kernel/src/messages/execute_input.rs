//! Which code is being run, for all frontends of the kernel.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#code-inputs>

use serde::Serialize;

use crate::iopub::Broadcast;

/// Which code is being run.
#[derive(Debug, Serialize)]
pub struct ExecuteInput<'a> {
    /// The code.
    pub code: &'a str,
    /// Its number.
    pub execution_count: u32,
}

impl Broadcast for ExecuteInput<'_> {
    const TYPE: &'static str = "execute_input";
}
