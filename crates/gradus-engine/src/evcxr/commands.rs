//! Lines that begin with a colon, as far as this engine has them.

use super::EvcxrEngine;
use super::errors;
use crate::cell::Command;
use crate::commands::variables;
use crate::contract::{CellError, Engine, MimeBundle};
use crate::dependencies::{is_there, read};
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

/// `:dep ARGUMENT`. What the library has is there already.
fn add(engine: &mut EvcxrEngine, argument: &str) -> Result<(), CellError> {
    let refused = |what: String| failures::command("dep", &what);
    let (name, value) = read(argument).map_err(&refused)?;
    if let Some(version) = engine.course.version_of(&name) {
        return is_there(&name, version, &value).map_err(refused);
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
