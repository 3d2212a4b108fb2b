//! `assignment.toml`: title, points and answer cells of one assignment.

use gradus_question::Function;
use serde::Deserialize;
use thiserror::Error;

/// What `assignment.toml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The assignment's id: its folder's name, lower case, words joined by `_`.
    pub id: String,
    /// Its title for people.
    pub title: String,
    /// Topics of the teaching library that its students may use.
    pub library_topics: Vec<String>,
    /// Whether answers are scanned, before they are compiled, for what no exercise needs. On unless switched off here.
    #[serde(default = "switched_on")]
    pub source_scan: bool,
    /// Whether answers are compiled with optimisation, on unless switched off here. Where nothing is timed, compiling
    /// without takes a fraction of the time, which is most of a grading; results are the same to the last bit.
    #[serde(default = "switched_on")]
    pub optimised: bool,
    /// The functions that a student writes, in order.
    pub functions: Vec<FunctionEntry>,
}

/// One function in `assignment.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionEntry {
    /// The function's name.
    pub name: String,
    /// The id of its answer cell in the student notebook.
    pub cell: String,
    /// What it is worth.
    pub points: u32,
}

/// Why a manifest cannot be used.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// Not TOML of this form.
    #[error("assignment.toml: {0}")]
    Form(#[from] toml::de::Error),
    /// The functions are not those of the interface.
    #[error("assignment.toml of `{id}` lists the functions {listed:?}, its interface has {declared:?}")]
    Functions {
        /// The assignment.
        id: String,
        /// What the manifest lists.
        listed: Vec<String>,
        /// What the interface declares.
        declared: Vec<String>,
    },
}

fn switched_on() -> bool {
    true
}

impl Manifest {
    /// Reads a manifest of an assignment that has these functions.
    ///
    /// # Errors
    /// When the text is not one, or lists other functions.
    pub fn parse(text: &str, functions: &[Function]) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text)?;
        let listed: Vec<_> = manifest.functions.iter().map(|entry| entry.name.clone()).collect();
        let declared: Vec<_> = functions.iter().map(|function| function.name.to_owned()).collect();
        if listed != declared {
            return Err(ManifestError::Functions { id: manifest.id, listed, declared });
        }
        Ok(manifest)
    }

    /// The sum of all points.
    pub fn max_points(&self) -> u32 {
        self.functions.iter().map(|entry| entry.points).sum()
    }
}
