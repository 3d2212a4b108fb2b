//! Lines that begin with a colon, as far as this engine has them.

use super::EvcxrEngine;
use super::errors;
use crate::cell::Command;
use crate::contract::{CellError, Engine, MimeBundle};
use crate::dependencies::{is_satisfied, read};
use crate::failures;

const HELP: &str = "\
:vars             the variables and their types
:dep NAME = \"1\"   a crate from crates.io
:clear            forget everything
:help             this list";

/// Runs one command; what it returns is shown as the cell's value.
pub fn run(engine: &mut EvcxrEngine, command: &Command) -> Result<Option<MimeBundle>, CellError> {
    let text = match command.name.as_str() {
        "help" => HELP.to_owned(),
        "vars" => variables(engine),
        "clear" => {
            engine.reset()?;
            return Ok(None);
        }
        "dep" => {
            add(engine, &command.argument)?;
            return Ok(None);
        }
        name => return Err(failures::command(name, &format!("there is no command `:{name}` in the engine evcxr"))),
    };
    Ok(Some(MimeBundle::from([("text/plain".to_owned(), text)])))
}

fn variables(engine: &EvcxrEngine) -> String {
    let list = engine.variables();
    if list.is_empty() {
        return "There are no variables.".to_owned();
    }
    let lines = list.iter().map(|variable| format!("{}: {}", variable.name, variable.type_name));
    lines.collect::<Vec<_>>().join("\n")
}

/// `:dep ARGUMENT`. What the library has is there already.
fn add(engine: &mut EvcxrEngine, argument: &str) -> Result<(), CellError> {
    let refused = |what: String| failures::command("dep", &what);
    let (name, value) = read(argument).map_err(&refused)?;
    if let Some(version) = engine.course.version_of(&name) {
        return match &value {
            toml::Value::String(wanted) if !is_satisfied(wanted, version) => Err(refused(format!(
                "this notebook comes with {name} {version}, and two versions of it would not fit together"
            ))),
            _ => Ok(()),
        };
    }
    let mut state = engine.context.state();
    engine
        .keep_versions(|| state.add_dep(&name, &value.to_string()))
        .map_err(|error| refused(errors::words(&error)))?;
    match engine.context.eval_with_state("", state) {
        Ok(_) => Ok(()),
        Err(error) => Err(refused(errors::words(&error))),
    }
}
