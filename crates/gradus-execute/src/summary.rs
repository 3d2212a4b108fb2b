//! What a run tells while it goes on, and what it gives at the end.

use std::fmt;

use serde::Serialize;

/// What is about to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A kernel is started.
    Starting {
        /// Its name.
        kernel: String,
    },
    /// A cell is run.
    Cell {
        /// Its place among all cells of the notebook, from 1.
        cell: usize,
        /// How many cells have been run before it.
        done: usize,
        /// How many will have been run in the end.
        count: usize,
    },
}

/// How running a notebook went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The kernel's name.
    pub kernel: String,
    /// How many cells there were to run.
    pub count: usize,
    /// Those that were run, in order.
    pub cells: Vec<CellRun>,
}

/// How running a cell went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellRun {
    /// Its place among all cells of the notebook, from 1.
    pub cell: usize,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// How it ended.
    #[serde(flatten)]
    pub end: CellEnd,
}

/// How a cell ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "end")]
pub enum CellEnd {
    /// Well.
    Well,
    /// With an error.
    Failed {
        /// A short name.
        name: String,
        /// One line.
        message: String,
        /// What the user reads, with colours.
        traceback: Vec<String>,
        /// Whether the cell's tag `raises-exception` says that it may.
        expected: bool,
    },
    /// Not in the time that it had; it was interrupted, and nothing was run after it.
    TimedOut {
        /// How much it had.
        limit_seconds: f64,
    },
    /// With the kernel, which died.
    KernelDied {
        /// Its exit code or signal.
        how: String,
        /// The last that it wrote.
        log: String,
    },
}

impl Summary {
    /// The first cell that did not end as it should.
    #[must_use]
    pub fn first_failure(&self) -> Option<&CellRun> {
        self.cells.iter().find(|run| run.end.is_failure())
    }
}

impl CellEnd {
    /// Whether a cell should not end like this.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Well | Self::Failed { expected: true, .. })
    }

    /// Whether nothing can be run after it.
    pub(crate) fn is_last(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::KernelDied { .. })
    }
}

impl fmt::Display for CellEnd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Well => out.write_str("ended well"),
            Self::Failed { name, message, .. } if message.is_empty() => out.write_str(name),
            Self::Failed { name, message, .. } => write!(out, "{name}: {message}"),
            Self::TimedOut { limit_seconds } => write!(out, "took longer than {limit_seconds} s and was interrupted"),
            Self::KernelDied { how, log } if log.is_empty() => write!(out, "the kernel died ({how})"),
            Self::KernelDied { how, log } => write!(out, "the kernel died ({how}):\n{log}"),
        }
    }
}
