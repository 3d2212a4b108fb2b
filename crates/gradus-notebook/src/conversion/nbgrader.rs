//! A source notebook of nbgrader, metadata version 1 to 3, as a source in percent format.
//!
//! | nbgrader | here |
//! | --- | --- |
//! | autograded answer, code graded by hand | `answer` |
//! | tests, and their hidden tests | `check` and `hidden_check` |
//! | text or task graded by hand, with its mark scheme | `written`, with its rubric |
//! | anything else | `given` code, `text` |
//!
//! Source of nbgrader's delimiters and metadata: its user guide and the schemas in `nbgrader/nbgraderformat`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::{ConversionError, Place};
use super::marks::{Mark, runs};
use super::{Converted, Remark};
use crate::notebook::{Cell, CellType, Notebook};
use crate::percent::{MAX_ID, is_id};
use crate::regions::Run;
use crate::to_percent::to_percent;

/// Versions 1 to 3: version 2 added the cell's type, version 3 tasks.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default = "first_version")]
    schema_version: u64,
    #[serde(default)]
    grade: bool,
    #[serde(default)]
    solution: bool,
    #[serde(default)]
    task: bool,
    #[serde(default, deserialize_with = "number")]
    points: f64,
}

/// What nbgrader takes a cell for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Answer,
    AnswerByHand,
    Tests,
    Written,
    Other,
}

/// Converts the source notebooks of an assignment of nbgrader, each with its file's name: one source has the cells of all.
/// Code in another language than Rust becomes comments, to be translated.
///
/// ```
/// use gradus_notebook::{Notebook, conversion::from_nbgrader};
///
/// let notebook = Notebook::from_json(r##"{ "nbformat": 4, "nbformat_minor": 5,
///   "metadata": { "kernelspec": { "name": "rust", "language": "rust", "display_name": "Rust" } },
///   "cells": [{ "cell_type": "code", "id": "a", "outputs": [], "execution_count": null,
///     "metadata": { "nbgrader": { "schema_version": 3, "grade_id": "half", "grade": false, "solution": true } },
///     "source": "pub fn half(x: f64) -> f64 {\n    ### BEGIN SOLUTION\n    x / 2.0\n    ### END SOLUTION\n}" }]
/// }"##)?;
/// let converted = from_nbgrader(&[("halves.ipynb".to_owned(), notebook)])?;
/// assert!(converted.source.starts_with("// %% id=\"half\" gradus={\"role\":\"answer\"}\npub fn half"));
/// assert!(converted.source.contains("    // BEGIN SOLUTION\n    x / 2.0\n    // END SOLUTION\n}"));
/// assert!(converted.remarks.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the notebook is not nbgrader's, or metadata, ids or regions are not in order.
pub fn from_nbgrader(notebooks: &[(String, Notebook)]) -> Result<Converted, ConversionError> {
    let mut conversion = Conversion::default();
    let mut is_nbgrader = false;
    for (name, notebook) in notebooks {
        conversion.language = language(notebook);
        let mut first_with: BTreeMap<String, usize> = BTreeMap::new();
        for (index, cell) in notebook.cells.iter().enumerate() {
            let mut place = Place { notebook: name.clone(), number: index + 1, grade_id: None };
            let metadata = metadata(cell, &mut place)?;
            is_nbgrader |= metadata.is_some();
            if let Some(id) = &place.grade_id {
                if !is_id(id) {
                    return Err(ConversionError::Id { cell: place });
                }
                if let Some(first) = first_with.insert(id.clone(), place.number) {
                    return Err(ConversionError::DuplicateId { cell: place, first });
                }
            }
            conversion.add(cell, metadata.as_ref(), &place)?;
        }
    }
    if !is_nbgrader {
        return Err(ConversionError::NotNbgrader);
    }
    Ok(Converted { source: to_percent(&conversion.cells), remarks: conversion.remarks })
}

/// What has been converted so far.
#[derive(Default)]
struct Conversion {
    /// The language of code cells, unless it is Rust.
    language: Option<String>,
    cells: Vec<Cell>,
    remarks: Vec<Remark>,
    /// The cells' ids.
    taken: BTreeSet<String>,
}

impl Conversion {
    fn add(&mut self, cell: &Cell, metadata: Option<&Metadata>, place: &Place) -> Result<(), ConversionError> {
        let kind = kind(cell, metadata, place)?;
        let points = metadata.map_or(0.0, |metadata| metadata.points);
        let id = self.own_id(place.grade_id.clone().unwrap_or_else(|| format!("cell-{}", place.number)));
        match kind {
            Kind::Other => {
                runs(&cell.source, place, &[], "students get as it is")?;
                self.push(cell.cell_type, &id, None, self.code(cell.cell_type, &cell.source));
            }
            Kind::Answer | Kind::AnswerByHand => {
                let allowed: &[Mark] =
                    if kind == Kind::Answer { &[Mark::Solution] } else { &[Mark::Solution, Mark::Scheme] };
                let text = self.answer(&runs(&cell.source, place, allowed, "students answer in code")?, &id);
                self.push(cell.cell_type, &id, Some(json!({ "role": "answer" })), text);
                if kind == Kind::AnswerByHand {
                    self.remark(&id, format!("graded by hand, {points} points; here code is graded by hidden checks"));
                }
            }
            Kind::Tests => {
                let runs = runs(&cell.source, place, &[Mark::HiddenTests], "holds tests")?;
                let [open, hidden] = [None, Some(Mark::HiddenTests)].map(|mark| lines_of(&runs, mark).join("\n"));
                let is_hidden = !hidden.trim().is_empty();
                if !(is_hidden && open.trim().is_empty()) {
                    self.push(cell.cell_type, &id, Some(json!({ "role": "check" })), self.code(cell.cell_type, &open));
                }
                if is_hidden {
                    let id = self.own_id(format!("{}-hidden", shortened(&id)));
                    let text = self.code(cell.cell_type, &hidden);
                    self.push(cell.cell_type, &id, Some(json!({ "role": "hidden_check" })), text);
                }
                self.remark(
                    &id,
                    format!("tests worth {points} points; here points belong to answers, in assignment.toml"),
                );
            }
            Kind::Written => self.written(cell, &id, points, place)?,
        }
        Ok(())
    }

    /// The text of an answer. A source has no place for its mark scheme.
    fn answer(&mut self, runs: &[Run<'_, Mark>], id: &str) -> String {
        let scheme = lines_of(runs, Some(Mark::Scheme)).join(" ");
        if !scheme.is_empty() {
            self.remark(id, format!("its mark scheme: {scheme}"));
        }
        if runs.iter().all(|run| run.kind != Some(Mark::Solution)) {
            self.remark(id, "no solution region: students get nothing of it; leave them the signatures".to_owned());
            return region("// ", "SOLUTION", &self.code_lines(&lines_of(runs, None))).join("\n");
        }
        let mut lines = Vec::new();
        for run in runs.iter().filter(|run| run.kind != Some(Mark::Scheme)) {
            let code = self.code_lines(&run.lines);
            // Comments compile at the margin only.
            let indentation = if self.language.is_some() { "" } else { run.indentation };
            match run.kind {
                Some(_) => lines.extend(region(&format!("{indentation}// "), "SOLUTION", &code)),
                None => lines.extend(code),
            }
        }
        lines.join("\n")
    }

    fn written(&mut self, cell: &Cell, id: &str, points: f64, place: &Place) -> Result<(), ConversionError> {
        let runs = runs(&cell.source, place, &[Mark::Solution, Mark::Scheme], "is graded by hand")?;
        let [mut question, mut sample, mut rubric] = [None, Some(Mark::Solution), Some(Mark::Scheme)]
            .map(|mark| lines_of(&runs, mark).into_iter().map(str::to_owned).collect::<Vec<_>>());
        let is_task = runs.iter().any(|run| run.kind == Some(Mark::Scheme));
        if sample.is_empty() && !is_task {
            // Without a region the whole cell is the answer, and the question is above it.
            std::mem::swap(&mut question, &mut sample);
        }
        if sample.is_empty() {
            self.remark(id, "there is no sample answer".to_owned());
            sample.push("To be written: a good answer.".to_owned());
        }
        if rubric.is_empty() {
            self.remark(id, "there is no mark scheme, so no rubric".to_owned());
            rubric.push("To be written: what gets how many points.".to_owned());
        }
        // The lines of text cells become comments later.
        let lines = [question, region("", "SOLUTION", &sample), region("", "RUBRIC", &rubric)].concat();
        let whole = points.ceil().clamp(1.0, f64::from(u32::MAX));
        if whole != points {
            self.remark(id, format!("worth {points} points; here {whole}, for points are whole and at least 1"));
        }
        // The clamp keeps it in range.
        self.push(CellType::Markdown, id, Some(json!({ "role": "written", "points": whole as u32 })), lines.join("\n"));
        Ok(())
    }

    fn push(&mut self, cell_type: CellType, id: &str, role: Option<Value>, source: String) {
        let mut cell = Cell::with_type(cell_type, id.to_owned(), source);
        cell.metadata = Map::from_iter(role.map(|role| ("gradus".to_owned(), role)));
        self.cells.push(cell);
        if let (CellType::Code, Some(language)) = (cell_type, &self.language) {
            let text = format!("in {language}: its lines are comments, to be translated");
            self.remark(id, text);
        }
    }

    fn remark(&mut self, cell: &str, text: String) {
        self.remarks.push(Remark { cell: cell.to_owned(), text });
    }

    /// The id, with a number if it is another cell's already.
    fn own_id(&mut self, wanted: String) -> String {
        let others = (2..).map(|count| format!("{}-{count}", shortened(&wanted)));
        let mut ids = std::iter::once(wanted.clone()).chain(others);
        let id = ids.find(|id| !self.taken.contains(id)).expect("there is always another number");
        self.taken.insert(id.clone());
        id
    }

    fn code(&self, cell_type: CellType, text: &str) -> String {
        match cell_type {
            CellType::Code => self.code_lines(&text.lines().collect::<Vec<_>>()).join("\n"),
            CellType::Markdown | CellType::Raw => text.to_owned(),
        }
    }

    /// Lines of code, as comments if they are not Rust.
    fn code_lines(&self, lines: &[&str]) -> Vec<String> {
        let line = |line: &&str| match self.language {
            Some(_) => format!("// {line}").trim_end().to_owned(),
            None => (*line).to_owned(),
        };
        lines.iter().map(line).collect()
    }
}

/// The cell's metadata; its grade id becomes part of `place`.
fn metadata(cell: &Cell, place: &mut Place) -> Result<Option<Metadata>, ConversionError> {
    let Some(value) = cell.metadata.get("nbgrader") else { return Ok(None) };
    place.grade_id = value.get("grade_id").and_then(Value::as_str).map(str::to_owned);
    let metadata = Metadata::deserialize(value)
        .map_err(|error| ConversionError::Metadata { cell: place.clone(), reason: error.to_string() })?;
    if (1..=3).contains(&metadata.schema_version) {
        Ok(Some(metadata))
    } else {
        Err(ConversionError::Version { cell: place.clone(), version: metadata.schema_version })
    }
}

fn kind(cell: &Cell, metadata: Option<&Metadata>, place: &Place) -> Result<Kind, ConversionError> {
    let Some(metadata) = metadata else { return Ok(Kind::Other) };
    let is_code = cell.cell_type == CellType::Code;
    let fault = |what, wanted| Err(ConversionError::CellType { cell: place.clone(), what, wanted });
    match (metadata.task, metadata.grade, metadata.solution) {
        (true, ..) if is_code => fault("a task", "a text cell"),
        (true, ..) => Ok(Kind::Written),
        (_, true, true) if is_code => Ok(Kind::AnswerByHand),
        (_, true, true) => Ok(Kind::Written),
        (_, true, false) if !is_code => fault("a cell of tests", "a code cell"),
        (_, true, false) => Ok(Kind::Tests),
        (_, false, true) if !is_code => fault("an autograded answer", "a code cell"),
        (_, false, true) => Ok(Kind::Answer),
        (_, false, false) => Ok(Kind::Other),
    }
}

fn language(notebook: &Notebook) -> Option<String> {
    let name = |key: &str, field: &str| notebook.metadata.get(key)?.get(field)?.as_str().map(str::to_lowercase);
    let language = name("kernelspec", "language").or_else(|| name("language_info", "name"))?;
    (language != "rust").then_some(language)
}

fn lines_of<'a>(runs: &[Run<'a, Mark>], mark: Option<Mark>) -> Vec<&'a str> {
    runs.iter().filter(|run| run.kind == mark).flat_map(|run| run.lines.iter().copied()).collect()
}

/// Lines between markers, which have `before` in front of them.
fn region(before: &str, name: &str, lines: &[String]) -> Vec<String> {
    let mut region = vec![format!("{before}BEGIN {name}")];
    region.extend(lines.iter().cloned());
    region.push(format!("{before}END {name}"));
    region
}

/// An id with room for what tells it from another.
fn shortened(id: &str) -> &str {
    &id[..id.len().min(MAX_ID - 8)]
}

fn first_version() -> u64 {
    1
}

/// Version 1 wrote some points as text.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(0.0),
        Value::String(text) => text.trim().parse().map_err(serde::de::Error::custom),
        value => value.as_f64().ok_or_else(|| serde::de::Error::custom("points are no number")),
    }
}
