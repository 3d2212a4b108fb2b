//! Regions: what stands between two whole-line markers, which students must not see.

use std::fmt::{self, Display, Formatter};

use super::error::SourceError;
use super::role::Role;
use crate::notebook::CellType;
use crate::percent::Placed;
use crate::regions::{self, Edge, Fault, Run};

/// What a region holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An answer.
    Solution,
    /// How an answer in words is graded.
    Rubric,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Solution, Self::Rubric];
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Solution => "SOLUTION",
            Self::Rubric => "RUBRIC",
        })
    }
}

/// A run of lines of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// For everybody.
    Plain(Vec<String>),
    /// Between markers.
    Region {
        /// What it is.
        kind: Kind,
        /// What stands in front of its first marker.
        indentation: String,
        /// The lines between the markers.
        lines: Vec<String>,
    },
}

impl From<Run<'_, Kind>> for Part {
    fn from(Run { kind, indentation, lines }: Run<'_, Kind>) -> Self {
        let lines = lines.into_iter().map(str::to_owned).collect();
        match kind {
            Some(kind) => Self::Region { kind, indentation: indentation.to_owned(), lines },
            None => Self::Plain(lines),
        }
    }
}

/// The text of all regions of a kind, or of what is for everybody.
pub(super) fn lines_of(parts: &[Part], wanted: Option<Kind>) -> String {
    let lines = parts.iter().filter_map(|part| match part {
        Part::Plain(lines) => wanted.is_none().then_some(lines),
        Part::Region { kind, lines, .. } => (wanted == Some(*kind)).then_some(lines),
    });
    lines.flatten().map(String::as_str).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What stands in place of a sample answer.
const WRITE_HERE: &str = "*Write your answer here.*";

/// Takes a cell's text apart at its markers.
pub(super) fn parts(placed: &Placed, role: Role) -> Result<Vec<Part>, SourceError> {
    let allowed: &[Kind] = match role {
        Role::Answer => &[Kind::Solution],
        Role::Written { .. } => &Kind::ALL,
        _ => &[],
    };
    let runs = regions::runs(&placed.cell.source, allowed, |line| marker(line, placed.cell.cell_type));
    let at = |line: usize| placed.first_line + line - 1;
    let runs = runs.map_err(|fault| match fault {
        Fault::Nested { line, first, kind } => SourceError::Nested { line: at(line), first: at(first), kind },
        Fault::NoEnd { line, kind } => SourceError::NoEnd { line: at(line), kind },
        Fault::NoBeginning { line, kind } => SourceError::NoBeginning { line: at(line), kind },
        Fault::Misplaced { line, kind } => SourceError::Misplaced { line: at(line), kind, role: role.name() },
    })?;
    let parts: Vec<Part> = runs.into_iter().map(Part::from).collect();
    let has = |wanted| parts.iter().any(|part| matches!(part, Part::Region { kind, .. } if *kind == wanted));
    // What is allowed is needed, too.
    if let Some(&kind) = allowed.iter().find(|kind| !has(**kind)) {
        let id = placed.cell.id.clone().unwrap_or_default();
        return Err(SourceError::NoRegion { line: placed.line, id, role: role.name(), kind });
    }
    Ok(parts)
}

/// A marker is the whole line; in text cells the comment's slashes are gone by now.
fn marker(line: &str, cell_type: CellType) -> Option<(Kind, Edge)> {
    let text = match cell_type {
        CellType::Code => line.trim().strip_prefix("// ")?,
        CellType::Markdown | CellType::Raw => line.trim(),
    };
    let (edge, name) = match text.split_once(' ')? {
        ("BEGIN", name) => (Edge::Begin, name),
        ("END", name) => (Edge::End, name),
        _ => return None,
    };
    Kind::ALL.into_iter().find(|kind| kind.to_string() == name).map(|kind| (kind, edge))
}

/// The text with what stands in the regions, for staff.
pub(super) fn filled(parts: &[Part]) -> String {
    let mut text = Vec::new();
    for part in parts {
        match part {
            Part::Plain(lines) | Part::Region { kind: Kind::Solution, lines, .. } => text.extend(lines.clone()),
            Part::Region { kind: Kind::Rubric, lines, .. } => {
                text.extend(["".to_owned(), "**Rubric**".to_owned(), String::new()]);
                text.extend(lines.clone());
            }
        }
    }
    trimmed(text)
}

/// The text without what stands in the regions, for students.
///
/// In code, an indented region is the inside of a function and becomes a `todo!`; one at the margin holds whole
/// items and leaves nothing.
pub(super) fn stripped(parts: &[Part], cell_type: CellType, question: &str) -> String {
    let mut text: Vec<String> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Plain(lines) => text.extend(lines.clone()),
            Part::Region { kind: Kind::Solution, indentation, .. } if cell_type == CellType::Code => {
                if !indentation.is_empty() {
                    let end = if ends_expression(&parts[index + 1..]) { "" } else { ";" };
                    text.push(format!("{indentation}todo!({question:?}){end}"));
                }
            }
            Part::Region { kind: Kind::Solution, .. } => text.push(WRITE_HERE.to_owned()),
            Part::Region { kind: Kind::Rubric, .. } => {}
        }
    }
    trimmed(text)
}

/// Whether what follows goes on with the expression that the region stands for, or closes the block around it.
fn ends_expression(rest: &[Part]) -> bool {
    let Some(Part::Plain(lines)) = rest.first() else { return true };
    let is_code = |line: &&String| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    match lines.iter().find(is_code) {
        Some(line) => line.trim_start().starts_with(['}', ')', ']', ';', ',', '.', '?']),
        // Another `todo!` will stand there.
        None => rest.len() == 1,
    }
}

fn trimmed(lines: Vec<String>) -> String {
    let is_text = |line: &String| !line.trim().is_empty();
    let first = lines.iter().position(is_text).unwrap_or(lines.len());
    let last = lines.iter().rposition(is_text).map_or(first, |last| last + 1);
    lines[first..last].join("\n")
}
