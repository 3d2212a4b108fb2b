//! The engine that has evcxr evaluate cells: a fallback, and the peer that [`RustcEngine`](crate::RustcEngine) is compared
//! with.
//!
//! evcxr compiles each cell with cargo, together with all items so far, and runs it in a child process, which is this
//! program once more: so whoever starts an [`EvcxrEngine`] calls [`take_over_if_asked`] first of all in `main`. Here
//! evcxr's answers become those of the contract. What it cannot keep of the contract: a cell that is interrupted or
//! that ends its process takes all variables with it, a panic those that the cell had moved, and cells cannot ask.

mod commands;
mod course;
mod errors;
mod output;
// These two belong to `gradus-assist`, which is a workspace of its own.
#[path = "../../../gradus-assist/src/sources.rs"]
mod sources;
#[path = "../../../gradus-assist/src/standard_library.rs"]
#[expect(dead_code, reason = "rust-analyzer's own loader wants more of a toolchain")]
mod standard_library;
mod std_source;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use ::evcxr::{Error, EvalContext, EvalOutputs};

use self::course::{Course, INSTALL, PRELUDE};
use self::output::Lines;
use crate::cell::{self, Parsed};
use crate::contract::{
    Cell, CellError, CellErrorKind, Completeness, Engine, Event, Interrupt, MimeBundle, Outcome, Success, Variable,
};
use crate::engine::Options;
use crate::failures;
use crate::interrupt::Stop;
use crate::library::LibraryError;
use crate::output::Output;
use crate::process::{End, read_end};
use crate::session::{self, Session};
use crate::source::{CellText, Source};
use crate::types;

pub use self::std_source::standard_library_source;

/// If this process has been started by evcxr, to run cells or to call rustc, does that and never returns. Nothing else
/// may have happened before.
pub fn take_over_if_asked() {
    ::evcxr::runtime_hook();
}

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum EvcxrError {
    /// There is no library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// evcxr does not start, or cannot compile the library.
    #[error("evcxr does not start: {what}")]
    Start {
        /// What it says.
        what: String,
    },
}

/// Has evcxr evaluate cells.
pub struct EvcxrEngine {
    context: EvalContext,
    course: Course,
    /// Where evcxr has cargo work.
    folder: PathBuf,
    output: Arc<Output>,
    lines: Lines,
    stop: Arc<Stop>,
    /// Every cell so far: items of any of them are in the source that evcxr compiles.
    cells: Vec<Arc<CellText>>,
    /// What is told of the session; evcxr has its own.
    session: Session,
    number: usize,
}

impl EvcxrEngine {
    /// Starts an engine. What cells print and show goes to `events`. Takes minutes if the library has never been compiled
    /// for this engine; [`EvcxrEngine::prepare`] does that beforehand.
    ///
    /// # Errors
    /// When evcxr does not start, or the workspace that this program was built from is not there.
    pub fn start(options: &Options, events: SyncSender<Event>) -> Result<Self, EvcxrError> {
        let course = Course::new(&options.library_root, options.assignment.as_deref())?;
        let (mut context, lines) = EvalContext::new().map_err(|error| not_started(&error))?;
        let output = Output::new(events);
        let lines = Lines::new(lines, output.clone());
        // evcxr makes the folder, and tells nobody but the code that it compiles.
        let told = context.eval("env!(\"CARGO_MANIFEST_DIR\")").map_err(|error| not_started(&error))?;
        let folder = PathBuf::from(told.get("text/plain").unwrap_or_default().trim().trim_matches('"'));
        course.bring(&folder)?;
        let mut engine = Self {
            context,
            course,
            folder,
            output,
            lines,
            stop: Arc::default(),
            cells: Vec::new(),
            session: Session::default(),
            number: 0,
        };
        engine.open().map_err(|error| not_started(&error))?;
        Ok(engine)
    }

    /// Compiles the library for later engines, or brings it up to date.
    ///
    /// # Errors
    /// As [`EvcxrEngine::start`], and when what was compiled cannot be kept.
    pub fn prepare(options: &Options) -> Result<(), EvcxrError> {
        // Nobody is to see what is printed.
        let (events, _) = sync_channel(0);
        let mut engine = Self::start(options, events)?;
        // A cell that fails has evcxr call `cargo check`, which compiles in a way of its own.
        let _ = engine.context.eval("let unknown = nothing_of_this_name;");
        Ok(engine.course.keep(&engine.folder)?)
    }

    /// Begins a session in a process that has none.
    fn open(&mut self) -> Result<(), Error> {
        let mut state = self.context.state();
        let (name, text) = self.course.dependency();
        self.keep_versions(|| state.add_dep(name, &text))?;
        self.context.eval_with_state(&format!("{PRELUDE}{INSTALL}"), state)?;
        self.lines.settle();
        Ok(())
    }

    /// evcxr has cargo look at a new dependency by itself, and cargo then forgets the versions of all the others.
    fn keep_versions(&self, add: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let lock = self.folder.join("Cargo.lock");
        let versions = fs::read(&lock)?;
        add()?;
        Ok(fs::write(&lock, versions)?)
    }

    fn run(&mut self, cell: &Cell) -> Outcome {
        let (commands, code) = cell::split_commands(&cell.code);
        let mut value = None;
        for command in &commands {
            value = commands::run(self, command)?.or(value);
        }
        if code.trim().is_empty() {
            return Ok(Success { value });
        }
        let text = Arc::new(CellText { label: format!("[{}]", cell.execution_count), text: code });
        self.cells.push(text.clone());
        let process = self.context.process_handle();
        if let Ok(process) = process.lock().map(|child| child.id()) {
            self.stop.started(process);
        }
        let state = self.context.state();
        let result = catch_unwind(AssertUnwindSafe(|| self.context.eval_with_state(&text.text, state)));
        let end = self.lines.settle();
        let result = result.unwrap_or_else(|_| Err("evcxr panicked".into()));
        if self.stop.is_set() {
            self.renew()?;
            return Err(errors::interrupted());
        }
        match result {
            Ok(outputs) => {
                self.remember(cell::parse(&text).as_ref());
                self.ended(end.as_ref().map_or(End::Done, read_end), outputs)
            }
            Err(error) => Err(self.failed(&error, &text)),
        }
    }

    /// evcxr takes a cell that panics, or ends by `?`, for one that ended well.
    fn ended(&self, end: End, outputs: EvalOutputs) -> Outcome {
        match end {
            End::Panicked(panic) => {
                let source = self.source();
                let is_ours = panic["file"] == errors::FILE;
                Err(failures::panicked(&panic, &|_| is_ours.then_some(&source)))
            }
            End::Failed { type_name, text } => Err(failures::ended_in_error(&type_name, &text)),
            _ => {
                let own: MimeBundle = outputs.content_by_mime_type.into_iter().collect();
                let value = self.output.take_value().or_else(|| (!own.is_empty()).then_some(own));
                Ok(Success { value })
            }
        }
    }

    fn failed(&mut self, error: &Error, text: &Arc<CellText>) -> CellError {
        let mut failed = match error {
            Error::CompilationErrors(list) => errors::refused(list, &self.source(), text),
            Error::SubprocessTerminated(words) => {
                let died = errors::died(words, &self.output.last_words());
                return self.renew().err().unwrap_or(died);
            }
            other => errors::message(&other.to_string()),
        };
        if failed.kind == CellErrorKind::Compile && cell::parse(text).is_none() {
            failed.kind = CellErrorKind::Syntax;
        }
        // Nothing of it is in later sources.
        self.cells.pop();
        failed
    }

    /// What evcxr has compiled last.
    fn source(&self) -> Source {
        errors::trace(&self.context.last_source().unwrap_or_default(), &self.cells)
    }

    /// The process has ended. evcxr starts another, at once or when it next needs one.
    fn renew(&mut self) -> Result<(), CellError> {
        self.session.variables.clear();
        let first = self.context.eval(INSTALL);
        let ready = if first.is_err() { self.context.eval(INSTALL) } else { first };
        self.lines.settle();
        ready.map(|_| ()).map_err(|error| failures::fault(&format!("evcxr's process does not start again: {error}")))
    }

    /// Notes what the cell has defined.
    fn remember(&mut self, parsed: Option<&Parsed>) {
        self.number += 1;
        if let Some(parsed) = parsed {
            self.session.define(parsed, self.number);
            self.session.import(&parsed.imports);
            for found in &parsed.macros {
                self.session.macros.insert(found.name.clone(), found.clone());
            }
        }
        let list = self.context.variables_and_types();
        self.session.variables = list.map(|(name, type_name)| (name.to_owned(), variable(type_name))).collect();
    }
}

impl Engine for EvcxrEngine {
    fn execute(&mut self, cell: &Cell) -> Outcome {
        self.stop.begin();
        self.output.begin(cell.id, cell.allow_stdin);
        let outcome = self.run(cell);
        self.stop.end();
        outcome
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        self.stop.clone()
    }

    fn variables(&self) -> Vec<Variable> {
        self.session.listed()
    }

    fn session_source(&self) -> String {
        self.session.as_source()
    }

    fn completeness(&self, code: &str) -> Completeness {
        crate::completeness::completeness(code)
    }

    fn reset(&mut self) -> Result<(), CellError> {
        self.cells.clear();
        self.session = Session::default();
        let cleared = self.context.clear().and_then(|()| self.open());
        cleared.map_err(|error| failures::fault(&format!("evcxr does not start again: {}", errors::words(&error))))
    }
}

fn variable(type_name: &str) -> session::Variable {
    session::Variable {
        type_path: type_name.to_owned(),
        type_name: types::shorten(type_name),
        // evcxr does not say.
        mutable: false,
        units: Default::default(),
        depends_on: Default::default(),
    }
}

fn not_started(error: &Error) -> EvcxrError {
    EvcxrError::Start { what: errors::words(error) }
}
