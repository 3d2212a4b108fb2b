//! Something is said in a comm.
//!
//! <https://jupyter-client.readthedocs.io/en/latest/messaging.html#comm-messages>

use serde::de::IgnoredAny;

use crate::exchange::Request;
use crate::state::State;

/// No comm is open, so it comes from one that was closed meanwhile.
pub fn take(state: &State, request: &Request) {
    request.acknowledge(&state.iopub, |_: IgnoredAny| ());
}
