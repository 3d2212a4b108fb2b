//! A student's notebook read for its code and text alone.
//!
//! Outputs, attachments and unknown fields are skipped without being built in memory, at any depth, so
//! neither their size nor their nesting matters. Writing notebooks is the part of [`crate::Notebook`].

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::SubmissionError;
use crate::files::Source;
use crate::fragment::{CellPlace, Note, Origin};

/// The code cells of a notebook, with notes on what was repaired.
pub(crate) fn read(json: &str, file: &str) -> Result<(Vec<Source>, Vec<Note>), SubmissionError> {
    let notebook: StudentNotebook = serde_json::from_str(json).map_err(|error| json_error(&error, json, file))?;
    let file = file.to_owned();
    let not_a_notebook = |reason: &str| SubmissionError::NotANotebook {
        file: file.clone(),
        line: 0,
        column: 0,
        reason: reason.to_owned(),
    };
    match notebook.nbformat.number() {
        Some(4) => {}
        Some(major) => return Err(SubmissionError::UnsupportedFormat { file, major }),
        None if notebook.worksheets.is_some() => return Err(SubmissionError::UnsupportedFormat { file, major: 3 }),
        None => return Err(not_a_notebook("it has no format number (`nbformat`)")),
    }
    let Some(cells) = notebook.cells else { return Err(not_a_notebook("it has no list of cells (`cells`)")) };
    if let Some(language) = notebook.metadata.0.other_language() {
        return Err(SubmissionError::WrongLanguage { file, language });
    }
    let mut notes = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut sources = Vec::new();
    for (index, cell) in cells.into_iter().enumerate() {
        let number = index + 1;
        let mut id = cell.id.text();
        if let Some(first) = id.as_ref().and_then(|id| seen.get(id)) {
            notes.push(Note {
                origin: Some(Origin { file: file.clone(), cell: Some(CellPlace { number, id: None }), line: 1 }),
                message: format!(
                    "cells {first} and {number} have the same id `{}`; cell {first} keeps it",
                    id.as_deref().unwrap_or_default()
                ),
                hint: Some("Keep the answer in its own cell and delete the copy.".to_owned()),
            });
            id = None;
        } else if let Some(id) = &id {
            seen.insert(id.clone(), number);
        }
        let is_code = match cell.cell_type.text().as_deref() {
            Some("code") => true,
            // Text without an id answers no question.
            Some("markdown") if id.is_some() => false,
            _ => continue,
        };
        let place = Some(CellPlace { number, id });
        match cell.source.0 {
            Some(text) => sources.push(Source { file: file.clone(), cell: place, text, is_code }),
            None if is_code => {
                return Err(not_a_notebook(&format!("cell {number}: its source is neither text nor a list of lines")));
            }
            None => {}
        }
    }
    if !sources.iter().any(|source| source.is_code) {
        Err(SubmissionError::NoCodeCells { file })
    } else {
        Ok((sources, notes))
    }
}

fn json_error(error: &serde_json::Error, json: &str, file: &str) -> SubmissionError {
    let text = error.to_string();
    let message = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned();
    let (file, line, column) = (file.to_owned(), error.line(), error.column().max(1));
    if error.is_data() {
        let is_object = json.trim_start().starts_with('{');
        let message = if is_object { message } else { "a notebook is a JSON object".to_owned() };
        SubmissionError::NotANotebook { file, line, column, reason: message }
    } else {
        SubmissionError::NotJson { file, line, column, message, truncated: error.is_eof() }
    }
}

#[derive(Deserialize)]
struct StudentNotebook {
    #[serde(default)]
    nbformat: Scalar,
    #[serde(default)]
    metadata: MapOr<Metadata>,
    cells: Option<Vec<StudentCell>>,
    worksheets: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct StudentCell {
    #[serde(default)]
    cell_type: Scalar,
    #[serde(default)]
    id: Scalar,
    #[serde(default)]
    source: SourceText,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    kernelspec: MapOr<Language>,
    #[serde(default)]
    language_info: MapOr<Language>,
}

#[derive(Deserialize, Default)]
struct Language {
    #[serde(default)]
    name: Scalar,
    #[serde(default)]
    language: Scalar,
}

impl Metadata {
    /// The language the notebook says it is for, unless anything in it points to Rust: after a change of
    /// kernel, one of the fields can be out of date.
    fn other_language(self) -> Option<String> {
        let (kernel, info) = (self.kernelspec.0, self.language_info.0);
        let kernel_name = kernel.name.text();
        let named: Vec<String> =
            [info.name.text(), kernel.language.text(), kernel_name.clone()].into_iter().flatten().collect();
        let is_rust = |name: &String| {
            let name = name.to_ascii_lowercase();
            ["rust", "evcxr", "gradus"].iter().any(|known| name.contains(known))
        };
        if named.iter().any(is_rust) {
            return None;
        }
        // A kernel's name says nothing by itself, except for those that everyone has installed.
        let says_nothing = |name: &String| {
            kernel_name.as_ref() == Some(name) && !name.starts_with("python") && name != "ir" && name != "xcpp"
        };
        named.into_iter().find(|name| !name.is_empty() && !says_nothing(name))
    }
}

/// A text, a number or anything else; never an error.
#[derive(Default)]
enum Scalar {
    Text(String),
    Number(i64),
    #[default]
    Other,
}

impl Scalar {
    fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

/// A `T` if it is an object, otherwise the default.
#[derive(Default)]
struct MapOr<T>(T);

/// A cell's source: a string, or a list of strings to be joined; `None` for anything else.
struct SourceText(Option<String>);

impl Default for SourceText {
    fn default() -> Self {
        Self(Some(String::new()))
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }
    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(number).map_or(Scalar::Other, Scalar::Number))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        // `4.0` is 4 for the tools that write it; the cast saturates and is exact for whole numbers that matter.
        Ok(if number.fract() == 0.0 { Scalar::Number(number as i64) } else { Scalar::Other })
    }
    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }
    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Scalar, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct MapOrVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for MapOrVisitor<T> {
    type Value = MapOr<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }
    fn visit_bool<E>(self, _: bool) -> Result<MapOr<T>, E> {
        Ok(MapOr::default())
    }
    fn visit_i64<E>(self, _: i64) -> Result<MapOr<T>, E> {
        Ok(MapOr::default())
    }
    fn visit_u64<E>(self, _: u64) -> Result<MapOr<T>, E> {
        Ok(MapOr::default())
    }
    fn visit_f64<E>(self, _: f64) -> Result<MapOr<T>, E> {
        Ok(MapOr::default())
    }
    fn visit_str<E>(self, _: &str) -> Result<MapOr<T>, E> {
        Ok(MapOr::default())
    }
    fn visit_unit<E>(self) -> Result<MapOr<T>, E> {
        Ok(MapOr::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<MapOr<T>, A::Error> {
        ScalarVisitor.visit_seq(items).map(|_| MapOr::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<MapOr<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(MapOr)
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for MapOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MapOrVisitor(PhantomData))
    }
}

struct SourceTextVisitor;

impl<'de> Visitor<'de> for SourceTextVisitor {
    type Value = SourceText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }
    fn visit_bool<E>(self, _: bool) -> Result<SourceText, E> {
        Ok(SourceText(None))
    }
    fn visit_i64<E>(self, _: i64) -> Result<SourceText, E> {
        Ok(SourceText(None))
    }
    fn visit_u64<E>(self, _: u64) -> Result<SourceText, E> {
        Ok(SourceText(None))
    }
    fn visit_f64<E>(self, _: f64) -> Result<SourceText, E> {
        Ok(SourceText(None))
    }
    fn visit_str<E>(self, text: &str) -> Result<SourceText, E> {
        Ok(SourceText(Some(text.to_owned())))
    }
    fn visit_unit<E>(self) -> Result<SourceText, E> {
        Ok(SourceText::default())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<SourceText, A::Error> {
        let mut text = Some(String::new());
        while let Some(line) = lines.next_element::<Scalar>()? {
            match (&mut text, line) {
                (Some(text), Scalar::Text(line)) => text.push_str(&line),
                _ => text = None,
            }
        }
        Ok(SourceText(text))
    }
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<SourceText, A::Error> {
        ScalarVisitor.visit_map(entries).map(|_| SourceText(None))
    }
}

impl<'de> Deserialize<'de> for SourceText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceTextVisitor)
    }
}
