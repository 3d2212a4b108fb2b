//! The staff's notebook, run from top to bottom.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use gradus_execute::{OnError, Options, execute};
use gradus_notebook::authoring::Role;
use gradus_notebook::{Cell, CellType, Notebook};
use serde_json::{Value, json};

use crate::arguments::Release;
use crate::commands::authored::Authored;
use crate::commands::run::show;
use crate::error::Hinted;
use crate::terminal;

/// A cell that takes longer does not end: a whole notebook is to take less.
const PATIENCE: Duration = Duration::from_secs(600);

/// The notebook with all answers, and with outputs unless the arguments leave them out. It is run in `folder`.
pub fn notebook(authored: &Authored, options: &Release, folder: &Path) -> anyhow::Result<Notebook> {
    let mut notebook = authored.source.solution();
    // Answers, rubrics and hidden checks: wherever this file goes, it is known as the staff's.
    notebook
        .metadata
        .insert("gradus".to_owned(), json!({ "assignment": authored.assignment.id, "staff": gradus_grader::CANARY }));
    if options.no_execute {
        return Ok(notebook);
    }
    // The kernel reads in the file which library its cells are to have.
    let path = folder.join(authored.assignment.id).with_extension("ipynb");
    fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    fs::write(&path, notebook.to_json()).with_context(|| format!("{}", path.display()))?;
    run(&mut notebook, folder, &path)?;
    for id in authored.source.cells_with(Role::Plot) {
        let cell = notebook.cells.iter().find(|cell| cell.id.as_deref() == Some(id));
        if !cell.is_some_and(has_picture) {
            let hint = "show a picture in it, or give it the role `given`";
            return Err(Hinted::new(format!("the cell `{id}` of the role `plot` made no picture"), hint).into());
        }
    }
    Ok(notebook)
}

fn run(notebook: &mut Notebook, folder: &Path, path: &Path) -> anyhow::Result<()> {
    let options = Options {
        kernel: None,
        folder: folder.to_owned(),
        session_name: Some(path.to_owned()),
        timeout: Some(PATIENCE),
        errors: OnError::Stop,
    };
    let cells = notebook.cells.iter().filter(|cell| cell.cell_type == CellType::Code).count();
    let bar = terminal::progress(cells, "cells of the solution run");
    let summary = execute(notebook, &options, &mut |progress| show(&bar, progress));
    bar.finish_and_clear();
    let no_execute = "--no-execute leaves the outputs of the solution notebook empty";
    let summary = summary.map_err(|error| {
        let hint = format!("{}; {no_execute}", error.hint());
        Hinted::new(format!("the solution notebook was not run: {error}"), hint)
    })?;
    match summary.first_failure() {
        None => Ok(()),
        Some(failed) => {
            let id = failed.id.as_deref().unwrap_or_default();
            let hint = format!("mend it in source.rs; {no_execute}");
            Err(Hinted::new(format!("cell {} (`{id}`) of the solution notebook: {}", failed.cell, failed.end), hint)
                .into())
        }
    }
}

fn has_picture(cell: &Cell) -> bool {
    let kinds = |output: &Value| output["data"].as_object().map(|data| data.keys().cloned().collect::<Vec<_>>());
    let outputs = cell.outputs.iter().flatten().filter_map(kinds).flatten();
    outputs.into_iter().any(|kind| kind.starts_with("image/"))
}
