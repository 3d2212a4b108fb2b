//! Cells written in percent format.

use crate::notebook::{Cell, CellType};

/// The cells as a source that [`crate::Notebook::from_percent`] reads back.
pub(crate) fn to_percent(cells: &[Cell]) -> String {
    let cells: Vec<String> = cells.iter().map(one).collect();
    cells.join("\n")
}

fn one(cell: &Cell) -> String {
    let mut text = "// %%".to_owned();
    let mut metadata = cell.metadata.clone();
    if let Some(title) = metadata.remove("title").as_ref().and_then(|title| title.as_str()) {
        text += &format!(" {title}");
    }
    text += match cell.cell_type {
        CellType::Code => "",
        CellType::Markdown => " [markdown]",
        CellType::Raw => " [raw]",
    };
    if let Some(id) = &cell.id {
        text += &format!(" id=\"{id}\"");
    }
    // By name: whether the map keeps another order depends on other crates of the build.
    let mut entries: Vec<_> = metadata.iter().collect();
    entries.sort_by_key(|(key, _)| key.as_str());
    for (key, value) in entries {
        text += &format!(" {key}={value}");
    }
    text.push('\n');
    for line in cell.source.lines() {
        text += match cell.cell_type {
            // A line that would start a cell.
            CellType::Code if line.starts_with("// %%") => " ",
            CellType::Code => "",
            _ if line.is_empty() || line.starts_with("%%") => "//",
            _ => "// ",
        };
        text += line;
        text.push('\n');
    }
    text
}
