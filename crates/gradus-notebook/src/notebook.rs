//! The notebook format (nbformat 4.5), for reading and for writing back with the bytes Jupyter would write.
//!
//! Meant for the course's own notebooks: the whole file is kept, unknown fields included. What students hand
//! in is read by [`crate::read_submission`], which skips what it does not need.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// A notebook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notebook {
    /// The cells in the order shown.
    pub cells: Vec<Cell>,
    /// Kernel, language and whatever tools have added.
    pub metadata: Map<String, Value>,
    /// The format's major version; 4.
    pub nbformat: u32,
    /// The format's minor version; 5 since cells have ids.
    pub nbformat_minor: u32,
    /// Fields that the format does not name.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Which kind of cell it is.
    pub cell_type: CellType,
    /// The cell's id, unique in its notebook; absent before format 4.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What tools keep with the cell.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// The text, with `\n` between lines.
    #[serde(deserialize_with = "joined", serialize_with = "as_lines")]
    pub source: String,
    /// The number in `In [3]`. Outer `None`: the field is absent, as in text cells.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub execution_count: Option<Option<u64>>,
    /// The outputs as they are in the file, where their text may also be one string; absent in text cells.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "with_lines")]
    pub outputs: Option<Vec<Value>>,
    /// Attachments and fields that the format does not name.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The kinds of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellType {
    /// Text in Markdown.
    Markdown,
    /// Source for the kernel.
    Code,
    /// Text that is passed on as it is.
    Raw,
}

/// Why a text is not a notebook.
#[derive(Debug, Error)]
pub enum NotebookError {
    /// Not JSON, or JSON of another shape.
    #[error("not a notebook: {source}")]
    Json {
        /// The parser's words, with line and column.
        source: serde_json::Error,
    },
    /// A format other than 4.
    #[error("the notebook has format {major}; only format 4 is supported")]
    Format {
        /// The major version found.
        major: u32,
    },
}

impl Notebook {
    /// A notebook for the Gradus kernel.
    #[must_use]
    pub fn new(cells: Vec<Cell>) -> Self {
        let metadata = json!({
            "kernelspec": { "display_name": "Rust (Gradus)", "language": "rust", "name": "gradus" },
            "language_info": { "file_extension": ".rs", "mimetype": "text/x-rustsrc", "name": "rust" },
        });
        let Value::Object(metadata) = metadata else { unreachable!("the literal above is an object") };
        Self { cells, metadata, nbformat: 4, nbformat_minor: 5, other: Map::new() }
    }

    /// The assignment that the metadata name: by it the kernel knows which answers the library must not have.
    #[must_use]
    pub fn assignment(&self) -> Option<&str> {
        self.metadata.get("gradus")?.get("assignment")?.as_str()
    }

    /// Reads a notebook of format 4.
    ///
    /// # Errors
    /// When the text is not JSON, not a notebook, nested more than 127 levels deep, or of another format.
    pub fn from_json(text: &str) -> Result<Self, NotebookError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let notebook: Self = serde_json::from_str(text).map_err(|source| NotebookError::Json { source })?;
        if notebook.nbformat == 4 { Ok(notebook) } else { Err(NotebookError::Format { major: notebook.nbformat }) }
    }

    /// The file as Jupyter writes it: keys sorted, one space of indentation, sources and the text in outputs as lists of
    /// lines, a line break at the end.
    ///
    /// A notebook that Jupyter wrote comes back byte for byte, except for numbers that Python spells in
    /// another way (`1e-07` is written `1e-7`).
    #[must_use]
    pub fn to_json(&self) -> String {
        let value = serde_json::to_value(self).map(sorted).unwrap_or_default();
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b" "));
        value.serialize(&mut serializer).expect("a JSON value has string keys and a vector takes every byte");
        bytes.push(b'\n');
        String::from_utf8(bytes).expect("JSON is written as UTF-8")
    }
}

impl Cell {
    /// Makes it a cell that was not run.
    pub fn clear(&mut self) {
        let is_code = self.cell_type == CellType::Code;
        self.execution_count = is_code.then_some(None);
        self.outputs = is_code.then(Vec::new);
    }

    /// A text cell.
    #[must_use]
    pub fn markdown(id: impl Into<String>, source: impl Into<String>) -> Self {
        Self::with_type(CellType::Markdown, id.into(), source.into())
    }

    /// A code cell that was not run.
    #[must_use]
    pub fn code(id: impl Into<String>, source: impl Into<String>) -> Self {
        Self::with_type(CellType::Code, id.into(), source.into())
    }

    pub(crate) fn with_type(cell_type: CellType, id: String, source: String) -> Self {
        let mut cell = Self {
            cell_type,
            id: Some(id),
            metadata: Map::new(),
            source,
            execution_count: None,
            outputs: None,
            other: Map::new(),
        };
        cell.clear();
        cell
    }
}

/// Sorts by hand, since the map keeps insertion order when any crate of a build asks for that.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn joined<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Source {
        Text(String),
        Lines(Vec<String>),
    }
    Ok(match Source::deserialize(deserializer)? {
        Source::Text(text) => text,
        Source::Lines(lines) => lines.concat(),
    })
}

fn as_lines<S: Serializer>(source: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lines_with_ends(source))
}

/// Outputs with their text as lists of lines, where `nbformat` makes them: streams, and texts that are shown.
fn with_lines<S: Serializer>(outputs: &Option<Vec<Value>>, serializer: S) -> Result<S::Ok, S::Error> {
    let split = |value: &mut Value| {
        if let Value::String(text) = value {
            *value = lines_with_ends(text).into();
        }
    };
    let mut outputs = outputs.clone().unwrap_or_default();
    for output in &mut outputs {
        if output["output_type"] == "stream" {
            output.get_mut("text").into_iter().for_each(split);
        } else {
            let data = output.get_mut("data").and_then(Value::as_object_mut);
            let is_text =
                |kind: &str| kind.starts_with("text/") || ["application/javascript", "image/svg+xml"].contains(&kind);
            data.into_iter().flatten().filter(|(kind, _)| is_text(kind)).for_each(|(_, value)| split(value));
        }
    }
    serializer.collect_seq(outputs)
}

/// A present `null` is `Some(None)`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The lines of `text` with their ends, as Python's `str.splitlines` sees them: `nbformat` uses it.
fn lines_with_ends(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let breaks = matches!(
            character,
            '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{1C}'..='\u{1E}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        );
        if !breaks || character == '\r' && matches!(characters.peek(), Some((_, '\n'))) {
            continue;
        }
        let end = index + character.len_utf8();
        lines.push(&text[start..end]);
        start = end;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}
