//! What the kernel is at.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#kernel-status>

use serde::Serialize;

use crate::iopub::Broadcast;

/// The kernel is at something else from now on.
#[derive(Debug, Serialize)]
pub struct Status {
    /// What.
    pub execution_state: State,
}

impl Broadcast for Status {
    const TYPE: &'static str = "status";
}

/// What a kernel can be at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It begins to listen; said once.
    Starting,
    /// It works on a request.
    Busy,
    /// It has done so.
    Idle,
}
