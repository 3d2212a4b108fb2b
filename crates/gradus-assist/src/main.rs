//! Completion and inspection of Rust cells by rust-analyzer, as a process of its own.
//!
//! Questions come in on standard input, one JSON object a line; answers go out on standard output in the same order.
//! `{"ready":true}` is the first line, once the libraries are loaded. What is a cell and when to ask is left to the
//! kernel.

use std::env;
use std::io::{self, BufRead, Write};
use std::os::unix::process::parent_id;
use std::panic::{self, AssertUnwindSafe};
use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::analyser::Analyser;
use crate::question::Question;

mod analyser;
mod configuration;
mod loader;
mod packages;
mod question;
mod session;
mod sources;
mod standard_library;

const USAGE: &str = "usage: gradus-assist [PACKAGE [CRATE...]]\n\
    Answers questions about Rust cells on standard input, one JSON object a line.\n\
    PACKAGE is one of the workspace's: what cells link. They can name it and, of what it links, each CRATE.";

/// rust-analyzer goes deep into deep expressions.
const STACK: usize = 64 << 20;
/// How often to look whether the kernel still lives; a kernel that was killed closes nothing while libraries are loaded.
const PARENT_CHECK: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|argument| argument.starts_with('-')) {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    panic::set_hook(Box::new(|panic| eprintln!("gradus-assist: a question failed: {panic}")));
    let parent = parent_id();
    let serving = thread::Builder::new().stack_size(STACK).spawn(move || serve(&arguments));
    let serving = match serving {
        Ok(serving) => serving,
        Err(error) => return failed(&error),
    };
    while !serving.is_finished() {
        if parent_id() != parent {
            process::exit(0);
        }
        thread::park_timeout(PARENT_CHECK);
    }
    match serving.join() {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => failed(&error),
        Err(_) => ExitCode::from(2),
    }
}

fn failed(error: &io::Error) -> ExitCode {
    eprintln!("gradus-assist: {error}");
    ExitCode::from(2)
}

/// Answers until standard input ends.
fn serve(arguments: &[String]) -> io::Result<()> {
    let (package, crates) = arguments.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
    let mut analyser = Analyser::load(package.map(String::as_str), crates)?;
    let mut output = io::stdout().lock();
    writeln!(output, "{}", json!({ "ready": true }))?;
    output.flush()?;
    for line in io::stdin().lock().split(b'\n') {
        writeln!(output, "{}", answer(&mut analyser, &line?))?;
        output.flush()?;
    }
    Ok(())
}

fn answer(analyser: &mut Analyser, line: &[u8]) -> Value {
    let question: Question = match serde_json::from_slice(line) {
        Ok(question) => question,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    // A question that rust-analyzer stumbles over must not end the process.
    let answer = panic::catch_unwind(AssertUnwindSafe(|| analyser.answer(&question)));
    let mut answer = answer.unwrap_or_else(|_| json!({ "error": "the analysis failed" }));
    answer["id"] = json!(question.id);
    answer
}
