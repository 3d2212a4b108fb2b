//! `gradus run`: a notebook from top to bottom in its kernel, without a frontend.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use gradus_execute::{CellEnd, CellRun, OnError, Options as ExecuteOptions, Progress, Summary, execute};
use gradus_notebook::{CellType, Notebook, NotebookError};
use indicatif::ProgressBar;
use serde_json::json;

use crate::Ending;
use crate::arguments::{Format, Run};
use crate::error::Hinted;
use crate::files::Pending;
use crate::terminal;

/// Runs the notebook that the arguments name.
pub fn run(options: &Run) -> anyhow::Result<Ending> {
    let mut notebook = read(&options.notebook)?;
    let out = place_of_output(options);
    let pending = Pending::at(&out)?;
    let folder = options.notebook.parent().filter(|folder| !folder.as_os_str().is_empty());
    let execute_options = ExecuteOptions {
        kernel: options.kernel.clone(),
        folder: folder.unwrap_or(Path::new(".")).to_owned(),
        session_name: Some(options.notebook.clone()),
        timeout: options.timeout,
        errors: if options.allow_errors { OnError::GoOn } else { OnError::Stop },
    };
    let start = Instant::now();
    // The number that is known before a kernel says which cells it gets.
    let cells = notebook.cells.iter().filter(|cell| cell.cell_type == CellType::Code).count();
    let bar = terminal::progress(cells, "cells run");
    let summary = execute(&mut notebook, &execute_options, &mut |progress| show(&bar, progress));
    bar.finish_and_clear();
    let summary = summary.map_err(|error| {
        let hint = error.hint();
        anyhow::Error::new(error).context(Hinted::new(options.notebook.display().to_string(), hint))
    })?;
    let seconds = start.elapsed().as_secs_f64();
    pending.write(notebook.to_json().as_bytes())?;
    match options.format {
        Format::Text => terminal::data(&format!("{}\n", out.display()))?,
        Format::Json => {
            let mut report = json!(summary);
            report["notebook"] = options.notebook.display().to_string().into();
            report["out"] = out.display().to_string().into();
            report["seconds"] = seconds.into();
            report["first_failure"] = json!(summary.first_failure());
            terminal::data(&format!("{report:#}\n"))?;
        }
    }
    eprintln!(
        "ran {} of {} cells in {seconds:.1} s with the kernel {}",
        summary.cells.len(),
        summary.count,
        summary.kernel
    );
    Ok(ending(options, &summary))
}

/// The notebook in a file.
pub fn read(path: &Path) -> anyhow::Result<Notebook> {
    let text = fs::read_to_string(path).map_err(|error| {
        let hint = "give a notebook: a file whose name ends with .ipynb";
        Hinted::new(format!("{}: {error}", path.display()), hint)
    })?;
    Notebook::from_json(&text).map_err(|error| {
        let hint = match error {
            NotebookError::Format { .. } => "open it in JupyterLab and save it, which brings it to format 4",
            NotebookError::Json { .. } => {
                "give a notebook as Jupyter writes it (.ipynb); is the file cut off or damaged?"
            }
        };
        Hinted::new(format!("{}: {error}", path.display()), hint).into()
    })
}

fn place_of_output(options: &Run) -> PathBuf {
    match &options.out {
        Some(out) => out.clone(),
        None if options.inplace => options.notebook.clone(),
        None => options.notebook.with_extension("executed.ipynb"),
    }
}

/// Shows what is about to happen.
pub fn show(bar: &ProgressBar, progress: Progress) {
    match progress {
        Progress::Starting { kernel } => bar.set_message(format!("starting the kernel {kernel}")),
        Progress::Cell { cell, done, count } => {
            bar.set_length(count as u64);
            bar.set_position(done as u64);
            bar.set_message(format!("cell {cell}"));
        }
    }
}

/// Tells what failed. A cell that failed is not right unless errors are allowed; one that never ended is not right at all.
fn ending(options: &Run, summary: &Summary) -> Ending {
    let failures: Vec<_> = summary.cells.iter().filter(|run| run.end.is_failure()).collect();
    for run in &failures {
        tell(&options.notebook, run);
    }
    let Some(last) = failures.last() else { return Ending::Well };
    let failed = matches!(last.end, CellEnd::Failed { .. });
    if options.allow_errors && failed {
        return Ending::Well;
    }
    let more = match &last.end {
        CellEnd::Failed { .. } => "; --allow-errors runs the cells after it too",
        CellEnd::TimedOut { .. } => "; --timeout gives cells more time",
        _ => "",
    };
    eprintln!("hint: the outputs so far are written{more}");
    Ending::NotRight
}

fn tell(notebook: &Path, run: &CellRun) {
    let id = run.id.as_ref().map_or_else(String::new, |id| format!(" (`{id}`)"));
    let at = format!("error: {}: cell {}{id}", notebook.display(), run.cell);
    match &run.end {
        CellEnd::Failed { traceback, .. } if !traceback.is_empty() => {
            // A kernel's colours, where they are wanted.
            anstream::eprintln!("{at} failed:\n{}", traceback.join("\n").trim_end());
        }
        CellEnd::Failed { .. } => anstream::eprintln!("{at} failed: {}", run.end),
        end => anstream::eprintln!("{at}: {end}"),
    }
}
