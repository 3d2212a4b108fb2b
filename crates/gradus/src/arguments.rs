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
    /// The Jupyter kernel: Rust in notebooks.
    Kernel(Kernel),
    /// For work on the course itself: write what is derived (student notebooks, the README's table).
    #[cfg(feature = "staff")]
    Generate(Generate),
}

/// Arguments of `gradus generate`.
#[cfg(feature = "staff")]
#[derive(Args)]
pub struct Generate {
    /// Write nothing; tell what is out of date, and end with 1 if anything is.
    #[arg(long)]
    pub check: bool,
}

/// Arguments of `gradus grade`.
#[cfg(feature = "staff")]
#[derive(Args)]
pub struct Grade {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// Notebooks (.ipynb), Rust files (.rs), or folders of them, one submission each.
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
    /// The protection that strangers' code must run under.
    #[arg(long, value_enum, default_value_t = SandboxChoice::Auto)]
    pub sandbox: SandboxChoice,
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
    /// The protection that the samples must run under.
    #[arg(long, value_enum, default_value_t = SandboxChoice::Auto)]
    pub sandbox: SandboxChoice,
}

/// Arguments of `gradus check`.
#[derive(Args)]
pub struct Check {
    /// The assignment's id, for example `softmax`.
    pub assignment: String,
    /// Your notebook (.ipynb), Rust file (.rs), or folder of them.
    pub file: PathBuf,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// The protection to run under; your own code may run with `limits-only`.
    #[arg(long, value_enum, default_value_t = SandboxChoice::Auto)]
    pub sandbox: SandboxChoice,
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
    Install(KernelPlace),
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
