//! The command line of Gradus: reads arguments, calls the libraries, prints.
//!
//! stdout is data, stderr is talk. Exit codes: 0 well, 1 the work under test is not right, 2 wrong use or a fault of
//! ours.

mod arguments;
mod commands;
mod error;
mod files;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

/// How a command that ran ended.
pub enum Ending {
    /// All is well.
    Well,
    /// The work under test is not right.
    NotRight,
    /// Not everything could be done.
    Incomplete,
}

fn main() -> ExitCode {
    // In the sandbox's own process nothing else may have happened before.
    gradus_sandbox::launcher::run_if_asked();
    // Nor in the process that runs evcxr's cells.
    #[cfg(feature = "evcxr")]
    gradus_engine::take_over_if_asked();
    let arguments = Arguments::parse();
    let ending = match &arguments.command {
        #[cfg(feature = "staff")]
        Command::Grade(options) => commands::grade::run(options),
        #[cfg(feature = "staff")]
        Command::Worker(options) => commands::worker::run(options),
        #[cfg(feature = "staff")]
        Command::Regrade(options) => commands::regrade::run(options),
        #[cfg(feature = "staff")]
        Command::Similar(options) => commands::similar::run(options),
        #[cfg(feature = "staff")]
        Command::Gradebook(options) => commands::gradebook::run(options),
        #[cfg(feature = "staff")]
        Command::Demo(options) => commands::demo::run(options),
        Command::Check(options) => commands::check::run(options),
        Command::Submit(options) => commands::submit::run(options),
        Command::Run(options) => commands::run::run(options),
        Command::Data(options) => commands::data::run(options),
        Command::Sandbox(options) => commands::sandbox::run(options),
        Command::Kernel(options) => commands::kernel::run(options),
        #[cfg(feature = "staff")]
        Command::Generate(options) => commands::generate::run(options),
        #[cfg(feature = "staff")]
        Command::Convert(options) => commands::convert::run(options),
        #[cfg(feature = "staff")]
        Command::Release(options) => commands::release::run(options),
        #[cfg(feature = "staff")]
        Command::Lint(options) => commands::lint::run(options),
    };
    exit_code(ending)
}

/// The one place where results become exit codes.
fn exit_code(ending: anyhow::Result<Ending>) -> ExitCode {
    match ending {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::NotRight) => ExitCode::from(1),
        Ok(Ending::Incomplete) => ExitCode::from(2),
        Err(error) => {
            error::print(&error);
            ExitCode::from(2)
        }
    }
}
