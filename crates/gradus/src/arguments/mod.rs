//! The arguments of every command.

#[cfg(feature = "staff")]
mod staff;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[cfg(feature = "staff")]
pub use self::staff::{
    Convert, Demo, ExportFormat, Generate, Grade, Gradebook, GradebookAction, Lint, Regrade, Release, Similar, System,
    Worker,
};

/// A deep-learning course that runs in Rust: checks and grades assignments.
#[derive(Parser)]
#[command(name = "gradus", version, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    /// Grade submissions of an assignment in the sandbox, and write scores and reports.
    #[cfg(feature = "staff")]
    Grade(Grade),
    /// Take jobs from a queue and grade them, on as many machines as you like; `gradus grade --queue` makes them.
    ///
    /// SIGTERM and Ctrl+C let it bring to an end what it has begun. Exit code 0: it was told to stop, or no job is left.
    #[cfg(feature = "staff")]
    Worker(Worker),
    /// Grade again what was graded under another state of the key, and tell who gains and who loses.
    ///
    /// Nothing counts until it is run with --apply. A regrade that was stopped goes on where it was.
    ///
    /// Exit code 0: all were graded again. 2: not all, because of wrong use or our own fault.
    #[cfg(feature = "staff")]
    Regrade(Regrade),
    /// Find submissions that are suspiciously alike, whatever the names in them, and show them side by side.
    ///
    /// Nothing is run. Names, numbers, comments and the order of parts do not count, nor does what the starter gives; what
    /// many have written counts little. A likeness is a reason to look, not a verdict.
    ///
    /// Exit code 0: all were compared. 2: not all, since some cannot be read.
    #[cfg(feature = "staff")]
    Similar(Similar),
    /// Read and fill the gradebook: where students stand and why, scores by hand, exports.
    #[cfg(feature = "staff")]
    Gradebook(Gradebook),
    /// Grade the six sample submissions that come with the program.
    #[cfg(feature = "staff")]
    Demo(Demo),
    /// Run an assignment's public checks on your own answers.
    Check(Check),
    /// Look at a notebook before it is handed in, and make the archive to hand in.
    ///
    /// Finds the questions that have no answer, still say `todo!()`, do not compile or fail a public check, and says so.
    /// Unfinished work may be handed in: the archive is written all the same, over an older one of that name, unless the
    /// notebook cannot be read. The last line on stderr says what is not done.
    ///
    /// Exit code 0: the archive was written. 2: it was not. With --check-only: 0 when all is done, 1 when something is
    /// not.
    Submit(Submit),
    /// Run a notebook from top to bottom in its kernel, and write it with its outputs.
    ///
    /// Works with every kernel on Jupyter's list. The first cell that fails is the last that is run. The notebook itself
    /// stays as it is unless --inplace is given.
    ///
    /// Exit code 0: all cells were run. 1: one failed, took too long or took the kernel with it; the outputs so far are
    /// written. 2: the notebook could not be run, and nothing was written.
    Run(Run),
    /// The data sets that come with the program.
    Data(Data),
    /// The protection that strangers' code runs under.
    Sandbox(Sandbox),
    /// The Jupyter kernel: Rust in notebooks.
    Kernel(Kernel),
    /// For work on the course itself: write what is derived (student notebooks, the README's table).
    #[cfg(feature = "staff")]
    Generate(Generate),
    /// Make an assignment's source of an assignment of another system.
    ///
    /// Answers, tests, hidden tests, questions graded by hand and mark schemes become cells of their roles; code that is
    /// not Rust becomes comments. What is left to do by hand is said on stderr.
    ///
    /// Exit code 0: the source was written. 2: it was not.
    #[cfg(feature = "staff")]
    Convert(Convert),
    /// Write what students, staff and Gradescope get of an assignment.
    #[cfg(feature = "staff")]
    Release(Release),
    /// Tell whether assignments are in order: starters, references, recorded answers, points, secrecy.
    #[cfg(feature = "staff")]
    Lint(Lint),
}

/// Arguments of `gradus check`.
#[derive(Args)]
pub struct Check {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// Your notebook (.ipynb), Rust file (.rs), or a folder or zip archive of them.
    pub file: PathBuf,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus submit`.
#[derive(Args)]
pub struct Submit {
    /// Your notebook (.ipynb).
    pub notebook: PathBuf,
    /// The assignment's id [default: the one that the notebook names].
    #[arg(long, value_name = "ID")]
    pub assignment: Option<String>,
    /// The archive [default: <ASSIGNMENT>-submission.zip beside the notebook].
    #[arg(long, value_name = "FILE.zip", conflicts_with = "check_only")]
    pub out: Option<PathBuf>,
    /// Write nothing.
    #[arg(long)]
    pub check_only: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus run`.
#[derive(Args)]
pub struct Run {
    /// The notebook (.ipynb).
    pub notebook: PathBuf,
    /// The kernel's name [default: the one that the notebook names, or else gradus].
    #[arg(long, value_name = "NAME")]
    pub kernel: Option<String>,
    /// Where to write the notebook with its outputs [default: NAME.executed.ipynb beside NAME.ipynb].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write it over the notebook itself.
    #[arg(long, conflicts_with = "out")]
    pub inplace: bool,
    /// How long a cell may take; then it is interrupted, and no other is run [default: as long as it wants].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
    /// Run the other cells too when one fails, and end with 0.
    #[arg(long)]
    pub allow_errors: bool,
    /// What to print: the path of what was written, or how each cell ended.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "not a number above 0".to_owned())
}

/// Arguments of `gradus data`.
#[derive(Args)]
pub struct Data {
    /// What to do with them.
    #[command(subcommand)]
    pub action: DataAction,
}

/// What can be done with data sets.
#[derive(Subcommand, Clone, Copy)]
pub enum DataAction {
    /// Name, size, licence and origin of each.
    List {
        /// What to print.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Unpack each, once, into $GRADUS_DATA or the user's cache, and print its folder.
    Path,
    /// Hold them against their recorded checksums.
    Verify,
}

/// Arguments of `gradus sandbox`.
#[derive(Args)]
pub struct Sandbox {
    /// What to do with it.
    #[command(subcommand)]
    pub action: SandboxAction,
}

/// What can be done with the sandbox.
#[derive(Subcommand, Clone, Copy)]
pub enum SandboxAction {
    /// Try every layer on this machine: which are active, what each protects from, what is missing and how to get it.
    /// Ends with 1 if strangers' code would be refused here.
    Doctor {
        /// What to print.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// The protection that submissions run under.
#[derive(Args, Clone, Copy)]
pub struct Protection {
    /// Without protection from what a program does, only limits: for files that you trust.
    #[arg(long, value_enum, default_value_t = SandboxChoice::Auto)]
    pub sandbox: SandboxChoice,
    /// Refuse to run anything below this level; `gradus sandbox doctor` shows what there is.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = RequiredLevel::Restricted)]
    pub require_sandbox: RequiredLevel,
}

/// A level of the sandbox that can be insisted on.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RequiredLevel {
    /// The job's own file tree, processes and network.
    Full,
    /// No file but those given, no network: what a container allows.
    Restricted,
    /// No network, no signals; files of the user can be read.
    Filtered,
}

/// Arguments of `gradus kernel`.
#[derive(Args)]
pub struct Kernel {
    /// What to do with it.
    #[command(subcommand)]
    pub action: KernelAction,
}

/// What can be done with the kernel.
#[derive(Subcommand)]
pub enum KernelAction {
    /// Put the kernel "Rust (Gradus)" on Jupyter's list, and print the folder that was written.
    Install {
        /// Where the list is.
        #[command(flatten)]
        place: KernelPlace,
        /// What compiles and runs its cells; with evcxr the kernel is "Rust (Gradus, evcxr)", beside the other.
        #[arg(long, value_enum, default_value_t = EngineChoice::Rustc)]
        engine: EngineChoice,
        /// Do not build rust-analyzer, which takes minutes; then only names of the session are completed.
        #[arg(long)]
        without_completion: bool,
    },
    /// Take it off the list again.
    Uninstall {
        /// Where the list is.
        #[command(flatten)]
        place: KernelPlace,
        /// Which kernel.
        #[arg(long, value_enum, default_value_t = EngineChoice::Rustc)]
        engine: EngineChoice,
    },
    /// Serve one notebook; Jupyter calls this.
    Run {
        /// The connection file that Jupyter has written.
        #[arg(short = 'f', long, value_name = "CONNECTION_FILE")]
        connection_file: PathBuf,
        /// What compiles and runs its cells.
        #[arg(long, value_enum, default_value_t = EngineChoice::Rustc)]
        engine: EngineChoice,
    },
}

/// What compiles and runs a notebook's cells.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineChoice {
    /// This course's own engine, which calls rustc.
    Rustc,
    /// The crate evcxr, in programs that were built with the feature `evcxr`.
    Evcxr,
}

/// Whose list of kernels.
#[derive(Args)]
pub struct KernelPlace {
    /// Yours; this is the default.
    #[arg(long)]
    pub user: bool,
    /// That of a Python environment, for example "$VIRTUAL_ENV", or of a system, for example /usr/local.
    #[arg(long, value_name = "FOLDER", conflicts_with = "user")]
    pub prefix: Option<PathBuf>,
}

/// What goes to stdout.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people.
    Text,
    /// JSON for programs.
    Json,
}

/// How much protection is asked for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SandboxChoice {
    /// The best that this machine has; too little is refused.
    Auto,
    /// Time and memory limits alone, for files that you trust.
    LimitsOnly,
}
