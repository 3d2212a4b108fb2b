//! `gradus sandbox doctor`: which layers of the sandbox there are here, what each protects from, what is missing.

use std::fmt::Write;

use gradus_sandbox::{Level, Profile, Requirement, Sandbox as Found, SandboxError};
use serde_json::json;

use crate::Ending;
use crate::arguments::{Format, Sandbox, SandboxAction};
use crate::terminal;

/// The least that strangers' code runs under unless `--require-sandbox` says otherwise.
const NEEDED: Level = Level::Restricted;

/// Does what the arguments say.
pub fn run(options: &Sandbox) -> anyhow::Result<Ending> {
    let SandboxAction::Doctor { format } = options.action;
    // Whatever there is: an examination refuses nothing.
    let found = Found::probe(Requirement::LimitsOnly);
    let text = match (&found, format) {
        (Ok(sandbox), Format::Text) => examined(sandbox),
        (Ok(sandbox), Format::Json) => format!("{:#}\n", as_json(sandbox)),
        (Err(error), Format::Text) => format!("no sandbox\n{error}\n"),
        (Err(error), Format::Json) => format!("{:#}\n", none(error)),
    };
    terminal::data(&text)?;
    Ok(if found.is_ok_and(|sandbox| sandbox.level() >= NEEDED) { Ending::Well } else { Ending::NotRight })
}

fn examined(sandbox: &Found) -> String {
    let level = sandbox.level();
    let mut text = format!("level {} of 3: {level}\n{}\n", level as u8, advice(level));
    for layer in sandbox.layers() {
        let mark = if layer.active { "active " } else { "missing" };
        // Writing to a String does not fail.
        let _ = write!(text, "\n{mark}  {}\n         protects from {}\n", layer.name, layer.protects_from);
        if let Some(missing) = &layer.missing {
            let _ = write!(text, "         why missing: {}\n         to get it: {}\n", missing.why, missing.remedy);
        }
    }
    text
}

fn advice(level: Level) -> &'static str {
    match level {
        Level::Full => "Strangers' code can be graded here.",
        Level::Restricted => {
            "Strangers' code can be graded here: it opens no file but its own and has no network. It can still see the \
             size and date of other files."
        }
        Level::Filtered => {
            "Strangers' code is refused here, because it could read the grader's files; --require-sandbox=filtered \
             accepts that."
        }
        Level::LimitsOnly => {
            "Strangers' code is refused here, because it could do whatever you can; files that you trust can run with \
             --sandbox=limits-only."
        }
    }
}

fn as_json(sandbox: &Found) -> serde_json::Value {
    let level = sandbox.level();
    json!({
        "level": level as u8,
        "name": level.to_string(),
        "graded_work": level >= NEEDED,
        "advice": advice(level),
        "compiler_level": sandbox.level_of(Profile::Compiler) as u8,
        "worker_level": sandbox.level_of(Profile::Worker) as u8,
        "layers": sandbox.layers(),
    })
}

fn none(error: &SandboxError) -> serde_json::Value {
    json!({ "level": null, "graded_work": false, "error": error.to_string(), "layers": [] })
}
