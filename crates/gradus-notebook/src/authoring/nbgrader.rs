//! Cell metadata of nbgrader, version 3, so that its tools know which cells are whose.
//!
//! Points of answers are given by hand there, which is to say by Gradus: nbgrader would give full points for a check
//! that raises nothing, and checks in a notebook only show what they found.

use serde_json::{Value, json};

use super::role::Role;
use crate::notebook::CellType;

/// The metadata of a cell; `None` for cells that nbgrader has nothing to do with.
pub(super) fn metadata(role: Role, cell_type: CellType, id: &str, points: u32) -> Option<Value> {
    let (grade, solution, locked) = match role {
        Role::Answer | Role::Written { .. } => (true, true, false),
        Role::Check => (false, false, true),
        _ => return None,
    };
    let cell_type = if cell_type == CellType::Code { "code" } else { "markdown" };
    let mut metadata = json!({
        "schema_version": 3,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": false,
        "grade_id": id,
        "cell_type": cell_type,
    });
    if grade {
        metadata["points"] = json!(points);
    }
    Some(metadata)
}
