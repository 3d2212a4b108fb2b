//! Whether whoever started this kernel still lives; if not, nobody can use it or stop it any more.

use std::env;

use rustix::process::{Pid, getppid};

/// The process that started this one.
pub struct Parent(Option<Pid>);

impl Parent {
    /// The parent, if it is a Jupyter server or client; a kernel started by hand may outlive its shell.
    pub fn of_this_process() -> Self {
        Self(env::var_os("JPY_PARENT_PID").and(getppid()))
    }

    /// Whether it has died: an orphan gets another parent.
    pub fn is_gone(&self) -> bool {
        self.0.is_some() && getppid() != self.0
    }
}
