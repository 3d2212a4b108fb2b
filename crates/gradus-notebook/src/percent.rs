//! Notebooks from a Rust source in jupytext's percent format.
//!
//! ```text
//! // %% [markdown] id="intro"
//! // # Softmax
//! // %% id="softmax-loss" gradus={"role": "answer"}
//! pub fn softmax_loss() { todo!() }
//! ```

use std::collections::HashMap;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::notebook::{Cell, CellType, Notebook};

const MARKER: &str = "// %%";
pub(crate) const MAX_ID: usize = 64;

/// Why a source in percent format is no notebook. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PercentError {
    /// Source before the first marker, which would belong to no cell.
    #[error("line {line}: source before the first `// %%` marker")]
    OutsideCell {
        /// The line.
        line: usize,
    },
    /// A line of a text cell that is not a comment.
    #[error("line {line}: a line of a text cell does not start with `//`")]
    NotAComment {
        /// The line.
        line: usize,
    },
    /// A marker with an unknown kind of cell.
    #[error("line {line}: unknown kind of cell `[{kind}]`")]
    UnknownCellType {
        /// The marker's line.
        line: usize,
        /// What stands in the brackets.
        kind: String,
    },
    /// Metadata that is not a list of `key=value` or a JSON object.
    #[error("line {line}: metadata cannot be read at `{text}`: {reason}")]
    Metadata {
        /// The marker's line.
        line: usize,
        /// Where reading stopped.
        text: String,
        /// Why.
        reason: String,
    },
    /// An id that the notebook format does not allow.
    #[error("line {line}: `{id}` cannot be a cell id")]
    InvalidId {
        /// The marker's line.
        line: usize,
        /// The id.
        id: String,
    },
    /// An id that an earlier cell has.
    #[error("line {line}: the id `{id}` is taken by the cell at line {first}")]
    DuplicateId {
        /// The second marker's line.
        line: usize,
        /// The first marker's line.
        first: usize,
        /// The id.
        id: String,
    },
    /// A source without cells.
    #[error("the source has no cells")]
    NoCells,
}

impl PercentError {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::OutsideCell { .. } | Self::NoCells => "Start each cell with a line `// %%` or `// %% [markdown]`.",
            Self::NotAComment { .. } => "Write `// ` in front of the line, or start a code cell with `// %%`.",
            Self::UnknownCellType { .. } => "Write `[markdown]`, `[raw]` or, for code, nothing.",
            Self::Metadata { .. } => "Write `key=value` with JSON values, such as id=\"softmax-loss\" or points=3.",
            Self::InvalidId { .. } => "Use 1 to 64 of the characters a-z, A-Z, 0-9, `-` and `_`.",
            Self::DuplicateId { .. } => "Give each cell an id of its own.",
        }
    }
}

impl Notebook {
    /// Makes a notebook for the Gradus kernel from a source in percent format.
    ///
    /// `// %%` starts a code cell, `// %% [markdown]` and `// %% [raw]` a cell whose lines are comments.
    /// After that come metadata: `key=value` pairs with JSON values, or one JSON object; `id="..."` gives
    /// the cell's id. A cell without one is named after the heading above it and its place below that
    /// heading, so that an edit in another section does not change it. Before the first marker only blank
    /// lines, `//!` comments, `#![..]` attributes and a jupytext header (`// ---`) may stand; they are left out.
    ///
    /// # Errors
    /// When a line belongs to no cell, a text cell holds code, or metadata or ids cannot be used.
    ///
    /// ```
    /// use gradus_notebook::Notebook;
    ///
    /// let notebook = Notebook::from_percent("// %% [markdown]\n// # Softmax\n\n// %% id=\"answer\"\nlet x = 1;\n")?;
    /// assert_eq!(notebook.cells[0].source, "# Softmax");
    /// assert_eq!(notebook.cells[0].id.as_deref(), Some("softmax-1"));
    /// assert_eq!(notebook.cells[1].id.as_deref(), Some("answer"));
    /// # Ok::<(), gradus_notebook::PercentError>(())
    /// ```
    pub fn from_percent(source: &str) -> Result<Self, PercentError> {
        Ok(Self::new(placed_cells(source)?.into_iter().map(|placed| placed.cell).collect()))
    }
}

/// A cell and where it stands in its source. Lines count from 1.
pub(crate) struct Placed {
    pub cell: Cell,
    /// The marker's line.
    pub line: usize,
    /// The line of the first line of its text.
    pub first_line: usize,
}

/// The cells of a source in percent format.
pub(crate) fn placed_cells(source: &str) -> Result<Vec<Placed>, PercentError> {
    let mut drafts = drafts(source)?;
    if drafts.is_empty() {
        return Err(PercentError::NoCells);
    }
    name_cells(&mut drafts)?;
    drafts.into_iter().map(Draft::into_cell).collect()
}

/// A cell before it has an id for certain.
struct Draft<'a> {
    line: usize,
    cell_type: CellType,
    id: Option<String>,
    metadata: Map<String, Value>,
    lines: Vec<(usize, &'a str)>,
}

impl Draft<'_> {
    fn text(&self) -> Result<String, PercentError> {
        Ok(self.text_and_line()?.0)
    }

    /// The text without the blank lines around it, and the line at which it starts.
    fn text_and_line(&self) -> Result<(String, usize), PercentError> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for &(line, text) in &self.lines {
            lines.push(match (self.cell_type, text.strip_prefix("//")) {
                (CellType::Code, _) => text,
                (_, Some(comment)) => comment.strip_prefix(' ').unwrap_or(comment),
                (_, None) if text.trim().is_empty() => "",
                (_, None) => return Err(PercentError::NotAComment { line }),
            });
        }
        let blank = |line: &&str| line.trim().is_empty();
        let first = lines.iter().position(|line| !blank(line)).unwrap_or(lines.len());
        let last = lines.iter().rposition(|line| !blank(line)).map_or(first, |last| last + 1);
        Ok((lines[first..last].join("\n"), self.lines.get(first).map_or(self.line, |&(line, _)| line)))
    }

    fn into_cell(self) -> Result<Placed, PercentError> {
        let (source, first_line) = self.text_and_line()?;
        let mut cell = Cell::with_type(self.cell_type, self.id.unwrap_or_default(), source);
        cell.metadata = self.metadata;
        Ok(Placed { cell, line: self.line, first_line })
    }
}

fn drafts(source: &str) -> Result<Vec<Draft<'_>>, PercentError> {
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    let mut in_header = false;
    for (index, text) in source.lines().enumerate() {
        let line = index + 1;
        if let Some(rest) = marker(text) {
            drafts.push(draft(rest, line)?);
        } else if let Some(draft) = drafts.last_mut() {
            draft.lines.push((line, text));
        } else if text.trim_end() == "// ---" {
            in_header = !in_header;
        } else if !in_header && !is_preamble(text) {
            return Err(PercentError::OutsideCell { line });
        }
    }
    Ok(drafts)
}

/// What a source has to say about itself before the first cell.
fn is_preamble(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("//!") || line.starts_with("#![")
}

fn marker(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(MARKER)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// Reads what follows a marker: `title [kind] metadata`, each optional.
fn draft(rest: &str, line: usize) -> Result<Draft<'_>, PercentError> {
    let metadata_start = start_of_metadata(rest);
    let head = rest[..metadata_start].trim_end();
    let (title, kind) = match head.strip_suffix(']').and_then(|head| head.rsplit_once('[')) {
        Some((title, kind)) => (title.trim(), kind),
        None => (head, "code"),
    };
    let cell_type = match kind {
        "code" => CellType::Code,
        "markdown" | "md" => CellType::Markdown,
        "raw" => CellType::Raw,
        _ => return Err(PercentError::UnknownCellType { line, kind: kind.to_owned() }),
    };
    let mut metadata = metadata(&rest[metadata_start..], line)?;
    let id = match metadata.remove("id") {
        None => None,
        Some(Value::String(id)) if is_id(&id) => Some(id),
        Some(Value::String(id)) => return Err(PercentError::InvalidId { line, id }),
        Some(other) => return Err(PercentError::InvalidId { line, id: other.to_string() }),
    };
    if !title.is_empty() {
        metadata.insert("title".to_owned(), Value::String(title.to_owned()));
    }
    Ok(Draft { line, cell_type, id, metadata, lines: Vec::new() })
}

/// Where the first `key=` or the object starts; the end if there is none.
fn start_of_metadata(rest: &str) -> usize {
    if let Some(equals) = rest.find('=') {
        let before = &rest[..equals];
        let key = before
            .rfind(|last: char| last.is_whitespace() || last == ']')
            .map_or(0, |index| index + before[index..].chars().next().map_or(1, char::len_utf8));
        let object = rest.find('{').filter(|&brace| brace < equals);
        return object.unwrap_or(key);
    }
    rest.find('{').unwrap_or(rest.len())
}

fn metadata(text: &str, line: usize) -> Result<Map<String, Value>, PercentError> {
    let fault = |text: &str, reason: String| PercentError::Metadata { line, text: text.to_owned(), reason };
    if text.starts_with('{') {
        return serde_json::from_str(text).map_err(|error| fault(text, error.to_string()));
    }
    let mut pairs = Map::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, value) = rest.split_once('=').ok_or_else(|| fault(rest, "a `=` is missing".to_owned()))?;
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(fault(rest, "a key is one word".to_owned()));
        }
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<Value>();
        let parsed = match values.next() {
            Some(Ok(parsed)) => parsed,
            Some(Err(error)) => return Err(fault(rest, error.to_string())),
            None => return Err(fault(rest, "a value is missing".to_owned())),
        };
        if pairs.insert(key.to_owned(), parsed).is_some() {
            return Err(fault(rest, format!("`{key}` is given twice")));
        }
        rest = value[values.byte_offset()..].trim_start();
    }
    Ok(pairs)
}

pub(crate) fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Gives every cell an id: its own, or one made of the heading above it and its place there.
fn name_cells(drafts: &mut [Draft<'_>]) -> Result<(), PercentError> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    for draft in drafts.iter() {
        let Some(id) = &draft.id else { continue };
        if let Some(first) = taken.insert(id.clone(), draft.line) {
            return Err(PercentError::DuplicateId { line: draft.line, first, id: id.clone() });
        }
    }
    let mut section = "cell".to_owned();
    let mut places: HashMap<String, usize> = HashMap::new();
    for draft in drafts {
        if draft.cell_type == CellType::Markdown
            && let Some(heading) = heading(&draft.text()?)
        {
            section = heading;
        }
        let place = places.entry(section.clone()).or_default();
        *place += 1;
        while draft.id.is_none() {
            let id = format!("{section}-{place}");
            if taken.contains_key(&id) {
                *place += 1;
            } else {
                taken.insert(id.clone(), draft.line);
                draft.id = Some(id);
            }
        }
    }
    Ok(())
}

/// The first heading of a text as part of an id.
fn heading(text: &str) -> Option<String> {
    let heading = text.lines().find(|line| line.trim_start_matches('#').starts_with(' ') && line.starts_with('#'))?;
    let words: Vec<String> = heading
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut slug = words.join("-");
    slug.truncate(40);
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}
