//! The engine that calls rustc itself: how one cell goes from text to outcome.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::cell::{self, Command, Parsed};
use crate::commands;
use crate::compile::{Call, Compiler, Dependencies, Failed, Product};
use crate::contract::{
    Cell, CellError, CellErrorKind, Completeness, Engine, Event, Interrupt, Outcome, Success, Variable,
};
use crate::dependencies::Wanted;
use crate::diagnostics::{self, Diagnostic};
use crate::failures;
use crate::folder::Folder;
use crate::interrupt::Stop;
use crate::library::{Library, LibraryError};
use crate::output::Output;
use crate::process::{End, Process};
use crate::session::Session;
use crate::source::{CellText, Source};
use crate::statements::{self, Compiled, Job, Lost};
use crate::types::{self, Paths};
use crate::units;

/// What an engine needs to know.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder with the libraries; see [`Library::default_root`].
    pub library_root: PathBuf,
    /// The assignment that the notebook belongs to: its answers are not in the library then.
    pub assignment: Option<String>,
}

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The process that holds the variables does not start.
    #[error("the process that runs cells does not start: {source}")]
    Process {
        /// What the system said.
        source: std::io::Error,
    },
}

/// Calls rustc directly, against a library that was built beforehand, and runs cells in a process of their own.
///
/// Events come from other threads than the one that calls [`Engine::execute`], and have to be received on another one:
/// the channel has a limit, which is what slows a cell down that prints too much.
pub struct RustcEngine {
    pub(crate) compiler: Compiler,
    pub(crate) session: Session,
    pub(crate) settings: Settings,
    pub(crate) output: Arc<Output>,
    /// Crates that `:dep` has added.
    pub(crate) wanted: Wanted,
    process: Process,
    stop: Arc<Stop>,
    directory: Folder,
    paths: Paths,
    /// Cells so far; part of file and crate names.
    number: usize,
    generation: u64,
    /// What messages and panics may be about, by file.
    sources: HashMap<String, Arc<Source>>,
    /// The session before the last cell, and whether the process ran in that cell.
    undo: Option<(Session, bool)>,
    cell: String,
}

/// What commands set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// The optimisation of statements, if the user has said so.
    pub optimise: Option<u8>,
    /// Whether each cell says where its time went.
    pub timing: bool,
}

/// What one cell's execution has come to know.
struct Progress {
    session: Session,
    started: Instant,
    phases: Vec<(&'static str, Duration)>,
}

impl RustcEngine {
    /// Starts an engine. What cells print and show goes to `events`.
    ///
    /// # Errors
    /// When there is no library or the process does not start.
    pub fn start(options: &Options, events: SyncSender<Event>) -> Result<Self, StartError> {
        let library = Library::find(&options.library_root, options.assignment.as_deref())?;
        let process_error = |source| StartError::Process { source };
        let directory = Folder::make().map_err(process_error)?;
        let output = Output::new(events);
        let process = Process::start(&library, directory.path(), output.clone()).map_err(process_error)?;
        let stop = Arc::new(Stop::default());
        let compiler = Compiler {
            library,
            directory: directory.path().to_owned(),
            dependencies: Dependencies::default(),
            stop: stop.clone(),
        };
        Ok(Self {
            compiler,
            session: Session::default(),
            settings: Settings::default(),
            output,
            wanted: Wanted::new(),
            process,
            stop,
            directory,
            paths: Paths::default(),
            number: 0,
            generation: 0,
            sources: HashMap::new(),
            undo: None,
            cell: String::new(),
        })
    }

    fn run(&mut self, cell: &Cell) -> Outcome {
        self.number += 1;
        self.cell = format!("[{}]", cell.execution_count);
        if self.process.has_stepped_back() {
            self.forget_last_cell();
            self.output.say("A thread of an earlier cell ended the process; the last cell's changes are lost.\n");
        }
        let (commands, code) = cell::split_commands(&cell.code);
        let mut value = None;
        for command in &commands {
            value = self.command(command)?.or(value);
        }
        if code.trim().is_empty() {
            return Ok(Success { value });
        }
        let text = Arc::new(CellText { label: self.cell.clone(), text: code });
        let Some(parsed) = cell::parse(&text) else { return Err(self.syntax_error(&text)) };
        self.evaluate(&parsed)
    }

    fn evaluate(&mut self, parsed: &Parsed) -> Outcome {
        let mut progress = Progress { session: self.session.clone(), started: Instant::now(), phases: Vec::new() };
        let dropped = self.define(parsed, &mut progress)?;
        progress.phase("items");
        let compiled = self.compile_statements(parsed, &mut progress)?;
        progress.session.import(&parsed.imports);
        for found in &parsed.macros {
            progress.session.macros.insert(found.name.clone(), found.clone());
        }
        progress.phase("statements");
        if !dropped.is_empty() {
            let names: Vec<_> = dropped.iter().map(|name| format!("`{name}`")).collect();
            self.output.say(&format!("Dropped, because the type has been defined again: {}.\n", names.join(", ")));
        }
        let before = self.session.clone();
        // From here on the items stay, whatever the statements do.
        let mut with_items = progress.session.clone();
        with_items.variables = before
            .variables
            .iter()
            .filter(|(name, _)| !dropped.contains(name))
            .map(|(name, variable)| (name.clone(), variable.clone()))
            .collect();
        self.session = with_items;
        // If the cell fails they come back, but no session knows them.
        for name in &dropped {
            let _ = self.process.forget(name);
        }
        let ran = compiled.is_some();
        let result = match compiled {
            Some(compiled) => self.run_compiled(&compiled, parsed, &mut progress),
            None => Ok(Success::default()),
        };
        if result.is_ok() {
            self.session = std::mem::take(&mut progress.session);
            self.undo = Some((before, ran));
        }
        progress.phase("run");
        if self.settings.timing {
            self.output.say(&progress.report());
        }
        result
    }

    /// Adds the cell's items and compiles what has to be. Returns the variables that are dropped.
    fn define(&mut self, parsed: &Parsed, progress: &mut Progress) -> Result<Vec<String>, CellError> {
        if parsed.items.is_empty() {
            return Ok(Vec::new());
        }
        let session = &mut progress.session;
        // Its imports are in scope of its items; they stay in scope only if the cell compiles.
        let defined = session.define(parsed, self.number);
        self.build(&defined.units, progress, true)?;
        Ok(defined.dropped)
    }

    /// Compiles crates of items, and shows warnings if they are about what the user has just written.
    fn build(&mut self, numbers: &BTreeSet<usize>, progress: &mut Progress, warn: bool) -> Result<(), CellError> {
        let fresh = units::build(&mut progress.session, numbers, &self.compiler, &mut self.generation);
        match fresh {
            Ok(fresh) => {
                for one in fresh {
                    self.sources.insert(one.built.file.clone(), one.built.source.clone());
                    if warn {
                        self.warn(&one.messages);
                    }
                }
                Ok(())
            }
            Err(refused) => {
                self.sources.insert(refused.file.clone(), refused.source.clone());
                Err(self.failed(refused.why))
            }
        }
    }

    fn compile_statements(&mut self, parsed: &Parsed, progress: &mut Progress) -> Result<Option<Compiled>, CellError> {
        let only_declarations = parsed.items.is_empty() && !parsed.declarations.is_empty();
        let empty = cell::Statements::default();
        let statements = match &parsed.statements {
            Some(statements) => statements,
            // A wrong import must be found now, not when a later cell meets it.
            None if only_declarations => &empty,
            None => return Ok(None),
        };
        let needed = self.needed_units(statements, parsed, &progress.session);
        self.build(&needed, progress, false)?;
        let job = Job {
            session: &progress.session,
            parsed,
            statements,
            number: self.number,
            optimise: self.settings.optimise,
        };
        match statements::compile(&job, &self.compiler) {
            Ok(compiled) => {
                self.sources.insert(compiled.file.clone(), compiled.source.clone());
                self.warn(&compiled.messages);
                Ok(parsed.statements.is_some().then_some(compiled))
            }
            Err(refused) => {
                self.sources.insert(refused.file.clone(), refused.source.clone());
                Err(self.failed(refused.why))
            }
        }
    }

    /// The crates of items that statements and the types of their variables are from.
    fn needed_units(&self, statements: &cell::Statements, parsed: &Parsed, session: &Session) -> BTreeSet<usize> {
        let mut mentions = statements.mentions.clone();
        mentions.extend(parsed.imports.iter().chain(&session.imports).map(|import| import.root.clone()));
        let mentions = session.with_macros(&mentions);
        let of_items = session.references(&mentions).into_iter().map(|reference| reference.unit);
        let variables = mentions.iter().filter_map(|name| session.variables.get(name));
        of_items.chain(variables.flat_map(|variable| variable.units.iter().copied())).collect()
    }

    fn run_compiled(&mut self, compiled: &Compiled, parsed: &Parsed, progress: &mut Progress) -> Outcome {
        let threads = self.process.threads();
        let end = match self.process.run(&compiled.library, &compiled.symbol, &self.stop) {
            Ok(end) => end,
            Err(error) => return Err(self.start_again(&error.to_string())),
        };
        if !matches!(end, End::Done) && threads > 0 {
            let plural = if threads == 1 { "" } else { "s" };
            self.output.say(&format!("{threads} thread{plural} of earlier cells ended with the cell.\n"));
        }
        let find = |file: &str| self.sources.get(file).map(Arc::as_ref);
        match end {
            End::Done => {}
            End::Panicked(panic) => return Err(failures::panicked(&panic, &find)),
            End::Failed { type_name, text } => return Err(failures::ended_in_error(&type_name, &text)),
            End::Died(death) => return Err(failures::died(death, &self.output.last_words())),
            End::Interrupted => return Err(failures::interrupted()),
            End::NoInput => return Err(failures::no_input()),
            End::Fault(fault) => return Err(self.fault(&fault)),
        }
        self.keep_variables(compiled, parsed, progress);
        Ok(Success { value: self.output.take_value() })
    }

    fn keep_variables(&mut self, compiled: &Compiled, parsed: &Parsed, progress: &mut Progress) {
        self.learn_paths(compiled, parsed, &progress.session);
        let cell = self.cell.clone();
        for (name, lost) in &compiled.lost {
            let was_there = progress.session.variables.remove(name).is_some();
            let is_new = parsed.statements.iter().any(|list| list.variables.iter().any(|(new, _)| new == name));
            match lost {
                Lost::Moved => {
                    progress.session.gone.insert(name.clone(), format!("cell {cell} moved its value away"));
                }
                Lost::Borrows if is_new || was_there => {
                    progress.session.gone.insert(name.clone(), "it refers to other variables".to_owned());
                    self.output.say(&format!("`{name}` is not kept for later cells: it refers to other variables.\n"));
                }
                Lost::Borrows => {}
            }
        }
        for (name, (type_name, mutable)) in &compiled.new {
            if let Some(variable) = self.paths.variable(type_name, *mutable, &progress.session) {
                progress.session.gone.remove(name);
                progress.session.names.remove(name);
                progress.session.variables.insert(name.clone(), variable);
                continue;
            }
            progress.session.variables.remove(name);
            progress.session.gone.insert(name.clone(), "its type has no name".to_owned());
            let what = failures::unnameable(type_name);
            self.output.say(&format!("`{name}` is not kept for later cells: {what}.\n"));
            let _ = self.process.forget(name);
        }
    }

    /// Has rustc write out the types with names that are new to this notebook.
    fn learn_paths(&mut self, compiled: &Compiled, parsed: &Parsed, session: &Session) {
        let is_new = |name: &str| !types::is_unnameable(name) && !self.paths.knows(name, session);
        let Some(statements) =
            parsed.statements.as_ref().filter(|_| compiled.new.values().any(|(name, _)| is_new(name)))
        else {
            return;
        };
        let job = Job { session, parsed, statements, number: self.number, optimise: None };
        for whole in statements::whole_paths(&job, compiled, &self.compiler).values() {
            self.paths.learn(whole);
        }
    }

    /// The type of an expression, which is not run.
    pub(crate) fn type_of(&mut self, expression: &str) -> Result<String, CellError> {
        let name = "value";
        let text = Arc::new(CellText { label: self.cell.clone(), text: format!("let {name} = {expression};") });
        let Some(parsed) = cell::parse(&text) else { return Err(self.syntax_error(&text)) };
        let mut progress = Progress { session: self.session.clone(), started: Instant::now(), phases: Vec::new() };
        let compiled = self.compile_statements(&parsed, &mut progress)?;
        let found = compiled.and_then(|compiled| Some(compiled.new.get(name)?.0.clone()));
        found.ok_or_else(|| failures::command("type", "that is no expression with a value"))
    }

    /// Back to the state before the last cell. Says which cells there is nothing left of.
    pub(crate) fn undo(&mut self) -> Result<(), CellError> {
        let Some((session, ran)) = self.undo.take() else {
            return Err(failures::command("undo", "there is no cell left to undo"));
        };
        if ran && let Err(error) = self.process.step_back() {
            return Err(self.start_again(&error.to_string()));
        }
        self.session = session;
        Ok(())
    }

    fn forget_last_cell(&mut self) {
        if let Some((session, _)) = self.undo.take() {
            self.session = session;
        }
    }

    /// The process is lost, and the variables with it; items stay.
    fn start_again(&mut self, reason: &str) -> CellError {
        self.session.variables.clear();
        self.undo = None;
        match Process::start(&self.compiler.library, self.directory.path(), self.output.clone()) {
            Ok(process) => {
                self.process = process;
                failures::fault(&format!("the process that held the variables is lost ({reason}); a new one has none"))
            }
            Err(error) => failures::fault(&format!("the process that runs cells does not start again: {error}")),
        }
    }

    /// Forgets everything and starts a new process.
    pub(crate) fn clear(&mut self) -> Result<(), CellError> {
        let process = Process::start(&self.compiler.library, self.directory.path(), self.output.clone())
            .map_err(|error| failures::fault(&format!("the process that runs cells does not start: {error}")))?;
        self.process = process;
        self.session = Session::default();
        self.settings = Settings::default();
        self.compiler.dependencies = Dependencies::default();
        self.wanted.clear();
        self.undo = None;
        self.sources.clear();
        Ok(())
    }

    /// rustc's own words about a text that does not parse.
    fn syntax_error(&mut self, text: &Arc<CellText>) -> CellError {
        let crate_name = format!("syntax_{}", self.number);
        let mut source = Source::default();
        source.push("fn cell() { ");
        source.copy(text, 0..text.text.len(), &[]);
        source.push("\n}\n");
        let call =
            Call { crate_name: &crate_name, suffix: "", text: &source.text, product: Product::Check, items: &[] };
        let why = self.compiler.compile(&call).err();
        self.sources.insert(format!("{crate_name}.rs"), Arc::new(source));
        let mut error = match why {
            Some(failed) => self.failed(failed),
            None => failures::fault("the cell does not parse, but rustc has nothing to say about it"),
        };
        if error.kind == CellErrorKind::Compile {
            error.kind = CellErrorKind::Syntax;
        }
        error
    }

    fn warn(&self, messages: &[Diagnostic]) {
        let find = |file: &str| self.sources.get(file).map(Arc::as_ref);
        let lines = diagnostics::render(messages, &find);
        if !lines.is_empty() {
            self.output.say(&format!("{}\n", lines.join("\n")));
        }
    }

    pub(crate) fn failed(&self, failed: Failed) -> CellError {
        let find = |file: &str| self.sources.get(file).map(Arc::as_ref);
        match failed {
            Failed::Refused(messages) if messages.iter().any(Diagnostic::is_about_crates) && self.is_out_of_date() => {
                failures::library_replaced()
            }
            Failed::Refused(messages) => failures::refused(&messages, &find, &self.session),
            Failed::Interrupted => failures::interrupted(),
            Failed::Fault(fault) => self.fault(&fault),
        }
    }

    fn fault(&self, what: &str) -> CellError {
        if self.is_out_of_date() { failures::library_replaced() } else { failures::fault(what) }
    }

    fn is_out_of_date(&self) -> bool {
        self.compiler.library.is_replaced()
    }

    fn command(&mut self, command: &Command) -> Result<Option<crate::contract::MimeBundle>, CellError> {
        commands::run(self, command)
    }
}

impl Engine for RustcEngine {
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
        self.clear()
    }
}

impl Progress {
    fn phase(&mut self, name: &'static str) {
        self.phases.push((name, self.started.elapsed()));
    }

    fn report(&self) -> String {
        let mut before = Duration::ZERO;
        let mut parts = Vec::new();
        for (name, until) in &self.phases {
            parts.push(format!("{name} {:.0} ms", (*until - before).as_secs_f64() * 1e3));
            before = *until;
        }
        format!("{}\n", parts.join(", "))
    }
}
