//! Completion and inspection of Rust cells by rust-analyzer, as a process of its own.
//!
//! Questions come in on standard input, one JSON object a line; answers go out on standard output in the same order.
//! `{"ready":true}` is the first line, once the libraries are loaded. What is a cell and when to ask is left to the
//! kernel.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::{env, panic};

use serde_json::json;

use crate::analyser::Analyser;
use crate::question::Question;

mod analyser;
mod packages;
mod question;
mod session;
mod sources;
mod standard_library;

const USAGE: &str =
    "usage: gradus-assist [--package NAME]\nAnswers questions on standard input, one JSON object a line.";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let package = match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, ..) => None,
        (Some("--package"), Some(name), None) => Some(name),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(package.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gradus-assist: {error}");
            ExitCode::from(2)
        }
    }
}

/// Answers until standard input ends.
fn serve(package: Option<&str>) -> io::Result<()> {
    let mut analyser = Analyser::load(package)?;
    let mut output = io::stdout().lock();
    writeln!(output, "{}", json!({ "ready": true }))?;
    output.flush()?;
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Question>(&line?) {
            // A question that rust-analyzer stumbles over must not end the process.
            Ok(question) => {
                let mut answer = panic::catch_unwind(panic::AssertUnwindSafe(|| analyser.answer(&question)))
                    .unwrap_or_else(|_| json!({ "error": "the analysis failed" }));
                answer["id"] = json!(question.id);
                answer
            }
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}
