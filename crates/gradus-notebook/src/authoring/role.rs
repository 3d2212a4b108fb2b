//! What a cell is for, from its marker: `gradus={"role": "answer"}`.

use serde::Deserialize;
use serde_json::Value;

use super::error::SourceError;
use crate::notebook::CellType;
use crate::percent::Placed;

/// What a cell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Text; what text cells are unless they say otherwise.
    Text,
    /// Code that students get as it is; what code cells are unless they say otherwise.
    Given,
    /// Code that students write. Its solution regions become `todo!`.
    Answer,
    /// Code that runs public checks.
    Check,
    /// Code that students do not get.
    HiddenCheck,
    /// A question answered in words and graded by hand. Its solution region is a sample answer.
    Written {
        /// What it is worth.
        points: u32,
    },
    /// Code that makes a picture.
    Plot,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    Text,
    Given,
    Answer,
    Check,
    HiddenCheck,
    Written,
    Plot,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    role: Name,
    points: Option<u32>,
    reference: Option<bool>,
}

impl Role {
    /// The role's name, as markers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Given => "given",
            Self::Answer => "answer",
            Self::Check => "check",
            Self::HiddenCheck => "hidden_check",
            Self::Written { .. } => "written",
            Self::Plot => "plot",
        }
    }

    /// The role that a cell's marker gives it, and whether the marker says that the reference has, or has not, the cell.
    pub(super) fn of(placed: &Placed) -> Result<(Self, Option<bool>), SourceError> {
        let is_code = placed.cell.cell_type == CellType::Code;
        let Some(value) = placed.cell.metadata.get("gradus") else {
            return Ok((if is_code { Self::Given } else { Self::Text }, None));
        };
        let fault = |reason: String| SourceError::Metadata { line: placed.line, text: value.to_string(), reason };
        let marked: Marked = Marked::deserialize(value).map_err(|error| fault(error.to_string()))?;
        let role = match marked.role {
            Name::Text => Self::Text,
            Name::Given => Self::Given,
            Name::Answer => Self::Answer,
            Name::Check => Self::Check,
            Name::HiddenCheck => Self::HiddenCheck,
            Name::Plot => Self::Plot,
            Name::Written => match marked.points {
                Some(points @ 1..) => Self::Written { points },
                _ => return Err(fault("a written question has \"points\", at least 1".to_owned())),
            },
        };
        if marked.points.is_some() && !matches!(role, Self::Written { .. }) {
            return Err(fault(
                "only written questions have points here; the others' are in assignment.toml".to_owned(),
            ));
        }
        if marked.reference.is_some() && role != Self::Given {
            return Err(fault("\"reference\" is for cells of the role `given`".to_owned()));
        }
        let fits = match role {
            Self::Text => !is_code,
            Self::Written { .. } => placed.cell.cell_type == CellType::Markdown,
            _ => is_code,
        };
        if fits {
            return Ok((role, marked.reference));
        }
        let wanted = if matches!(role, Self::Text | Self::Written { .. }) { "a text cell" } else { "a code cell" };
        Err(SourceError::CellType { line: placed.line, role: role.name(), wanted })
    }

    /// The value that a released cell keeps, if it keeps one.
    pub(super) fn kept(self) -> Option<Value> {
        matches!(self, Self::Answer | Self::Check | Self::Written { .. })
            .then(|| serde_json::json!({ "role": self.name() }))
    }
}
