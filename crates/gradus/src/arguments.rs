//! The arguments of every command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Grade the six sample submissions that come with the program.
    #[cfg(feature = "staff")]
    Demo(Demo),
    /// Run an assignment's public checks on your own answers.
    Check(Check),
    /// The data sets that come with the program.
    Data(Data),
    /// The protection that strangers' code runs under.
    Sandbox(Sandbox),
    /// The Jupyter kernel: Rust in notebooks.
    Kernel(Kernel),
    /// For work on the course itself: write what is derived (student notebooks, the README's table).
    #[cfg(feature = "staff")]
    Generate(Generate),
    /// Write what students, staff and Gradescope get of an assignment.
    #[cfg(feature = "staff")]
    Release(Release),
    /// Tell whether assignments are in order: starters, references, recorded answers, points, secrecy.
    #[cfg(feature = "staff")]
    Lint(Lint),
}

/// Arguments of `gradus generate`.
#[cfg(feature = "staff")]
#[derive(Args)]
pub struct Generate {
    /// Write nothing; tell what is out of date, and end with 1 if anything is.
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `gradus release`.
#[cfg(feature = "staff")]
#[derive(Args)]
pub struct Release {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// The folder to write to; a folder with the assignment's id is made in it.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Leave the outputs of the solution notebook empty.
    #[arg(long)]
    pub no_execute: bool,
    /// Give students this program instead of building it.
    #[arg(long, value_name = "FILE")]
    pub students_program: Option<PathBuf>,
    /// Give students no program and no libraries: they have them already.
    #[arg(long, conflicts_with = "students_program")]
    pub without_program: bool,
}

/// Arguments of `gradus lint`.
#[cfg(feature = "staff")]
#[derive(Args)]
pub struct Lint {
    /// The assignments' ids [default: all].
    pub assignments: Vec<String>,
    /// Look at this rule only; may be given several times.
    #[arg(long, value_enum, value_name = "RULE")]
    pub rule: Vec<crate::commands::lint::Rule>,
    /// How many answers to grade at a time [default: the number of cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus grade`.
#[cfg(feature = "staff")]
#[derive(Args)]
pub struct Grade {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// Notebooks (.ipynb), Rust files (.rs), or folders or zip archives of them, one submission each.
    #[arg(required = true)]
    pub submissions: Vec<PathBuf>,
    /// The folder to write to: scores.csv, and for each submission results.json and report.html.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many submissions to grade at a time [default: the number of cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// What all random inputs come from; a grading is repeated exactly with the seed in scores.csv [default: random].
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Print how long each phase took.
    #[arg(long)]
    pub timings: bool,
    /// Call everything that compiles, also with `unsafe` and the like; the sandbox contains it either way.
    #[arg(long)]
    pub no_source_scan: bool,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
}

/// Arguments of `gradus demo`.
#[cfg(feature = "staff")]
#[derive(Args)]
pub struct Demo {
    /// The folder to write the reports to.
    #[arg(long, value_name = "DIR", default_value = "gradus-demo")]
    pub out: PathBuf,
    /// Print how long each phase took.
    #[arg(long)]
    pub timings: bool,
    /// The protection to run under.
    #[command(flatten)]
    pub protection: Protection,
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
        /// Do not build rust-analyzer, which takes minutes; then only names of the session are completed.
        #[arg(long)]
        without_completion: bool,
    },
    /// Take it off the list again.
    Uninstall(KernelPlace),
    /// Serve one notebook; Jupyter calls this.
    Run {
        /// The connection file that Jupyter has written.
        #[arg(short = 'f', long, value_name = "CONNECTION_FILE")]
        connection_file: PathBuf,
    },
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
