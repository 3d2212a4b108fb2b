//! Runs a notebook in a Jupyter kernel, without a frontend: finds the kernel as Jupyter does, starts it, sends it the
//! code cells one after another, writes into the notebook what they print and show, and ends the kernel.
//!
//! Any kernel will do; nothing here knows Rust or Gradus. Reading and writing the file is left to [`gradus_notebook`],
//! and what to do about a cell that fails to whoever called.
//!
//! What a notebook gets is what nbclient would write into it, with three differences that make a file the same after
//! each run: text that goes to one stream without anything between is one output, however it was sent; no times are
//! noted; and all cells are emptied at the start, so that nothing is left of an earlier run. The state of widgets is not
//! kept.

#![deny(missing_docs)]

mod client;
mod error;
mod kernels;
mod outputs;
mod process;
mod run;
mod signals;
mod summary;

use std::path::PathBuf;
use std::time::Duration;

use gradus_notebook::Notebook;

pub use crate::error::ExecuteError;
pub use crate::kernels::{InstalledKernel, InterruptMode, installed_kernels, kernel_folders};
pub use crate::summary::{CellEnd, CellRun, Progress, Summary};

/// The kernel of a notebook that names none.
pub const DEFAULT_KERNEL: &str = "gradus";

/// How a notebook is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The kernel's name; `None` for the one that the notebook names, or else [`DEFAULT_KERNEL`].
    pub kernel: Option<String>,
    /// The folder that the kernel works in, as a rule the notebook's own.
    pub folder: PathBuf,
    /// The notebook's path, which the kernel is told (`JPY_SESSION_NAME`). The kernel `gradus` reads there which
    /// assignment it is, and gives the cells a library without that assignment's answers.
    pub session_name: Option<PathBuf>,
    /// How long a cell may take; `None` for as long as it wants.
    pub timeout: Option<Duration>,
    /// What to do after a cell that fails.
    pub errors: OnError,
}

/// What to do after a cell that fails. A cell with the tag `raises-exception` may always fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// Run no other.
    Stop,
    /// Run the others too.
    GoOn,
}

/// Runs the code cells of a notebook from top to bottom, and writes outputs, numbers and `language_info` into it.
///
/// `progress` is told what is about to happen. The kernel is ended in every case, also when this process gets SIGINT or
/// SIGTERM meanwhile.
///
/// # Errors
/// When the notebook could not be run: there is no such kernel, it did not start, or somebody asked to stop. A cell that
/// fails, takes too long or takes the kernel with it is no error; it stands in the summary.
///
/// ```
/// use gradus_execute::{ExecuteError, OnError, Options, execute};
/// use gradus_notebook::{Cell, Notebook};
///
/// let mut notebook = Notebook::new(vec![Cell::code("first", "6 * 7")]);
/// let options = Options {
///     kernel: Some("no-such-kernel".to_owned()),
///     folder: ".".into(),
///     session_name: None,
///     timeout: None,
///     errors: OnError::Stop,
/// };
/// let error = execute(&mut notebook, &options, &mut |_| {}).expect_err("there is no such kernel");
/// assert!(matches!(error, ExecuteError::UnknownKernel { .. }));
/// ```
pub fn execute(
    notebook: &mut Notebook,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ExecuteError> {
    let named = || notebook.metadata.get("kernelspec")?.get("name")?.as_str().map(str::to_owned);
    let name = options.kernel.clone().or_else(named).unwrap_or_else(|| DEFAULT_KERNEL.to_owned());
    let kernel = InstalledKernel::find(&name, &kernel_folders())?;
    execute_in(&kernel, notebook, options, progress)
}

/// As [`execute`], in this kernel, which need not be on Jupyter's list; `options.kernel` does not matter.
///
/// # Errors
/// As [`execute`].
pub fn execute_in(
    kernel: &InstalledKernel,
    notebook: &mut Notebook,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, ExecuteError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|source| ExecuteError::Prepare { what: "the connection to the kernel", source })?;
    runtime.block_on(run::run(notebook, kernel, options, progress))
}
