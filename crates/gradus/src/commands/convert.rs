//! `gradus convert`: an assignment of another system as a source to go on with.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use gradus_notebook::Notebook;
use gradus_notebook::authoring::Source;
use gradus_notebook::conversion::{Converted, from_nbgrader};

use crate::Ending;
use crate::arguments::{Convert, System};
use crate::error::Hinted;
use crate::terminal;

/// Writes the source, and says what is left to do.
pub fn run(options: &Convert) -> anyhow::Result<Ending> {
    let paths = notebooks(&options.path)?;
    let id = match &options.assignment {
        Some(id) => id.clone(),
        None => id_of(&options.path),
    };
    if !is_module(&id) {
        let hint = "give one with --assignment: small letters, digits and `_`, a letter first";
        return Err(Hinted::new(format!("`{id}` cannot be an assignment's id"), hint).into());
    }
    let notebooks = paths.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let converted = match options.from {
        System::Nbgrader => from_nbgrader(&notebooks),
    };
    let converted =
        converted.map_err(|error| Hinted::new(format!("{}: {error}", options.path.display()), error.hint()))?;
    let text = format!("//! The source of assignment `{id}`.\n//! {}\n\n{}", gradus_grader::CANARY, converted.source);
    Source::parse(&id, &text)
        .map_err(|error| Hinted::new(format!("what `{id}` was converted to: {error}"), error.hint()))?;
    match &options.out {
        Some(path) => write_new(path, &text)?,
        None => terminal::data(&text)?,
    }
    tell(&converted, &id);
    Ok(Ending::Well)
}

fn tell(converted: &Converted, id: &str) {
    for remark in &converted.remarks {
        eprintln!("{}: {}", remark.cell, remark.text);
    }
    eprintln!(
        "to go on: the source belongs to grader/keys/{id}/source.rs; docs/authoring.md says what else an assignment has"
    );
}

/// The notebooks to convert, by name.
fn notebooks(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let is_notebook = |path: &Path| path.extension().is_some_and(|extension| extension == "ipynb");
    let metadata = fs::metadata(path).map_err(|error| {
        Hinted::new(format!("{}: {error}", path.display()), "give the folder of an assignment in nbgrader's `source`")
    })?;
    if !metadata.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("{}", path.display()))?;
    let mut found = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    found.retain(|path| is_notebook(path) && path.is_file());
    found.sort();
    if found.is_empty() {
        let hint = "give the folder of one assignment, such as course/source/ps1, not the course";
        return Err(Hinted::new(format!("{}: no notebook (.ipynb) is in this folder", path.display()), hint).into());
    }
    Ok(found)
}

fn read(path: &Path) -> anyhow::Result<(String, Notebook)> {
    let text = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    let notebook = Notebook::from_json(&text).map_err(|error| {
        Hinted::new(format!("{}: {error}", path.display()), "open it in Jupyter and save it, or leave it out")
    })?;
    Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), notebook))
}

/// A new file: a source that somebody has worked on is not lost.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let hint = "name another file, or move this one away";
            return Err(Hinted::new(format!("{} is there already", path.display()), hint).into());
        }
        file => file.with_context(|| format!("{}", path.display()))?,
    };
    file.write_all(text.as_bytes()).with_context(|| format!("{}", path.display()))
}

/// The file's or folder's name as a name of a module.
fn id_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    let name = name.unwrap_or_default().to_string_lossy().to_lowercase();
    name.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect()
}

fn is_module(id: &str) -> bool {
    id.starts_with(|char: char| char.is_ascii_lowercase())
        && id.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_')
}
