//! An assignment as it is in the clone: its source, and everything that is derived from it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use gradus_assignments::{Assignment, Manifest};
use gradus_notebook::authoring::{Question, Released, Source, SourceError};

use crate::error::Hinted;

/// An assignment's source, read and stripped.
pub struct Authored {
    /// Its public part, as this program has it.
    pub assignment: &'static Assignment,
    /// Its manifest, as the clone has it.
    pub manifest: Manifest,
    /// The source.
    pub source: Source,
    /// What students get of it.
    pub released: Released,
}

impl Authored {
    /// Reads the assignment's manifest and source in the clone at `repository`.
    pub fn read(repository: &Path, assignment: &'static Assignment) -> anyhow::Result<Self> {
        let place = source_file(assignment.id);
        let text = fs::read_to_string(repository.join(&place)).with_context(|| format!("{}", place.display()))?;
        let hinted = |error| wrong_source(assignment.id, &error);
        let manifest = manifest(repository, assignment)?;
        let questions: Vec<_> = manifest
            .functions
            .iter()
            .map(|entry| Question { cell: entry.cell.clone(), points: entry.points })
            .collect();
        let source = Source::parse(assignment.id, &text).map_err(hinted)?;
        let released = source.strip().clear().release(&questions).map_err(hinted)?;
        Ok(Self { assignment, manifest, source, released })
    }

    /// The reference answers, as the grader compiles them.
    pub fn reference(&self) -> anyhow::Result<String> {
        let id = self.assignment.id;
        let answers = self.source.reference().map_err(|error| wrong_source(id, &error))?;
        Ok(format!(
            "//! Reference answers of assignment `{id}`: a complete submission. Written by `gradus generate` from source.rs.\n\
             // {}\n\n{answers}",
            gradus_grader::CANARY
        ))
    }

    /// Every file that is derived from the source, from the repository's root, and what it should be.
    pub fn derived(&self) -> anyhow::Result<Vec<(PathBuf, String)>> {
        let id = self.assignment.id;
        Ok(vec![
            (Path::new("assignments").join(id).join("starter.rs"), self.released.starter()),
            (Path::new("notebooks").join(id).with_extension("ipynb"), self.released.notebook().to_json()),
            (folder(id).join("reference.rs"), self.reference()?),
        ])
    }
}

fn manifest(repository: &Path, assignment: &'static Assignment) -> anyhow::Result<Manifest> {
    let place = Path::new("assignments").join(assignment.id).join("assignment.toml");
    let text = fs::read_to_string(repository.join(&place)).with_context(|| format!("{}", place.display()))?;
    Manifest::parse(&text, assignment.functions).map_err(|error| {
        let hint = "it lists the functions of interface.rs, in their order; after a change of that, build gradus again";
        Hinted::new(format!("{}: {error}", place.display()), hint).into()
    })
}

fn source_file(id: &str) -> PathBuf {
    folder(id).join("source.rs")
}

/// What is wrong with an assignment's source, and what to do.
pub fn wrong_source(id: &str, error: &SourceError) -> Hinted {
    Hinted::new(format!("{}: {error}", source_file(id).display()), error.hint())
}

/// The folder of an assignment's key, from the repository's root.
pub fn folder(id: &str) -> PathBuf {
    Path::new("grader/keys").join(id)
}

/// The clone that the current folder lies in.
pub fn repository() -> anyhow::Result<PathBuf> {
    let here = env::current_dir()?;
    let found =
        here.ancestors().find(|folder| folder.join("ARCHITECTURE.md").exists() && folder.join("grader").exists());
    found.map(Path::to_owned).ok_or_else(|| {
        Hinted::new("this is not a clone of the repository", "run it in the folder with Cargo.toml, or below").into()
    })
}
