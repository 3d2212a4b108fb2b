//! Lines that begin with a colon.

use std::process::Command as Program;

use crate::cell::Command;
use crate::contract::{CellError, Engine, MimeBundle};
use crate::dependencies;
use crate::engine::RustcEngine;
use crate::failures;

const HELP: &str = "\
:vars             the variables and their types
:type EXPRESSION  the type of an expression, which is not run
:dep NAME = \"1\"   a crate from crates.io
:undo             back to the state before the last cell
:clear            forget everything
:opt [0-3]        optimisation of statements (default: what their loops are worth)
:timing           say where each cell's time goes, or stop saying it
:explain E0382    what an error means
:help             this list";

/// Runs one command; what it returns is shown as the cell's value.
pub fn run(engine: &mut RustcEngine, command: &Command) -> Result<Option<MimeBundle>, CellError> {
    let argument = command.argument.as_str();
    let text = match command.name.as_str() {
        "help" => HELP.to_owned(),
        "vars" => variables(engine),
        "undo" => {
            engine.undo()?;
            "The state is what it was before the last cell.".to_owned()
        }
        "clear" => {
            engine.clear()?;
            return Ok(None);
        }
        "opt" => {
            let level = match argument {
                "" => None,
                level => Some(level.parse().ok().filter(|level| *level <= 3).ok_or_else(|| {
                    failures::command("opt", "the level is 0, 1, 2 or 3; without one it is the engine's choice")
                })?),
            };
            engine.settings.optimise = level;
            level.map_or_else(|| "Optimisation: as needed".to_owned(), |level| format!("Optimisation: {level}"))
        }
        "timing" => {
            engine.settings.timing = !engine.settings.timing;
            format!("Timing: {}", engine.settings.timing)
        }
        "dep" => {
            dependencies::add(engine, argument)?;
            return Ok(None);
        }
        "type" => crate::types::shorten(&engine.type_of(argument)?),
        "explain" => explain(engine, argument)?,
        name => return Err(failures::command(name, &format!("there is no command `:{name}`"))),
    };
    Ok(Some(MimeBundle::from([("text/plain".to_owned(), text)])))
}

/// The variables, one a line.
pub(crate) fn variables(engine: &dyn Engine) -> String {
    let list = engine.variables();
    if list.is_empty() {
        return "There are no variables.".to_owned();
    }
    let lines = list.iter().map(|variable| {
        let mutable = if variable.mutable { "mut " } else { "" };
        format!("{mutable}{}: {}", variable.name, variable.type_name)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn explain(engine: &RustcEngine, code: &str) -> Result<String, CellError> {
    let fault = |what: String| failures::command("explain", &what);
    let is_code = code.len() == 5 && code.starts_with('E') && code[1..].bytes().all(|byte| byte.is_ascii_digit());
    if !is_code {
        return Err(fault(format!("`{code}` is no error code; they look like E0382")));
    }
    let output = Program::new(engine.compiler.library.rustc()).args(["--explain", code]).output();
    match output {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        Ok(output) => Err(fault(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        Err(error) => Err(fault(error.to_string())),
    }
}
