//! What an engine promises to whoever drives it. How cells are compiled and run is left to the engines themselves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// One value in several formats: MIME type to content; binary formats in base64.
pub type MimeBundle = BTreeMap<String, String>;

/// Evaluates cells one after another and keeps their items and variables.
pub trait Engine: Send {
    /// Runs one cell to its end. What it prints and shows meanwhile goes to the events that the engine was made with.
    ///
    /// A failed, interrupted or crashed cell loses nothing that was there before it.
    fn execute(&mut self, cell: &Cell) -> Outcome;

    /// What stops a running cell; to be called from another thread. Does nothing when no cell runs.
    fn interrupter(&self) -> Arc<dyn Interrupt>;

    /// The variables that the next cell can use, by name.
    fn variables(&self) -> Vec<Variable>;

    /// The source of all items, imports and variables (as declarations) so far, for completion and inspection.
    fn session_source(&self) -> String;

    /// Whether `code` can be run as it is, or whether more lines must follow.
    fn completeness(&self, code: &str) -> Completeness;

    /// Stops whatever runs and forgets everything, as if freshly started.
    ///
    /// # Errors
    /// When the engine cannot be started again.
    fn reset(&mut self) -> Result<(), CellError>;
}

/// Stops a running cell.
pub trait Interrupt: Send + Sync {
    /// Stops the running cell, if there is one; its variables become what they were before it.
    fn interrupt(&self);
}

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Cell {
    /// A number that events carry, so that late output of threads is told apart.
    pub id: u64,
    /// What the user sees beside the cell; places in errors name it.
    pub execution_count: u32,
    /// The cell's text.
    pub code: String,
    /// Whether an input request can be answered; if not, the engine answers it with an error itself.
    pub allow_stdin: bool,
}

/// What happens while a cell runs, or after it where its threads go on.
#[derive(Debug)]
pub enum Event {
    /// Text for standard output.
    Stdout {
        /// The cell that wrote it.
        cell: u64,
        /// Valid UTF-8; what was not is replaced.
        text: String,
    },
    /// Text for standard error.
    Stderr {
        /// The cell that wrote it.
        cell: u64,
        /// Valid UTF-8; what was not is replaced.
        text: String,
    },
    /// Something to show.
    Display {
        /// The cell that shows it.
        cell: u64,
        /// Its formats.
        data: MimeBundle,
        /// A name under which it can be shown anew.
        display_id: Option<String>,
        /// Whether this replaces what was shown under the name.
        update: bool,
    },
    /// Remove what the cell has shown so far.
    ClearOutput {
        /// The cell.
        cell: u64,
        /// Only when the next output comes.
        wait: bool,
    },
    /// The cell waits for a line from the user. The answer, or `None` if there is none to be had, goes to `reply`.
    Input {
        /// The cell that asks.
        cell: u64,
        /// What it asks.
        prompt: String,
        /// Whether the answer must not be shown.
        password: bool,
        /// Where the answer goes.
        reply: Sender<Option<String>>,
    },
}

/// How a cell ended.
pub type Outcome = Result<Success, CellError>;

/// A cell that ran to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Success {
    /// The value of its last expression, if it has one to show.
    pub value: Option<MimeBundle>,
}

/// Why a cell did not end well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct CellError {
    /// What kind of end it was.
    pub kind: CellErrorKind,
    /// A short name: `E0382`, `panic`, `interrupted`.
    pub name: String,
    /// One line, without colours.
    pub message: String,
    /// What the user reads, line by line, with ANSI colours.
    pub traceback: Vec<String>,
}

/// The ways in which a cell can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellErrorKind {
    /// It does not parse.
    Syntax,
    /// It does not compile.
    Compile,
    /// It panicked, or its last expression ended in an error by `?`.
    Panic,
    /// It was stopped by the user.
    Interrupted,
    /// The process ended: `exit`, `abort`, a signal, a stack overflow.
    Died,
    /// A `:command` that does not exist or cannot be carried out.
    Command,
    /// A fault of the engine itself.
    Internal,
}

/// A variable of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type, as Rust writes it.
    pub type_name: String,
    /// Whether it was declared `mut`.
    pub mutable: bool,
}

/// Whether a cell's text is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// It can be run.
    Complete,
    /// More must follow; the next line is best indented like this.
    Incomplete {
        /// Spaces for the next line.
        indent: String,
    },
    /// It can never be run.
    Invalid,
}
