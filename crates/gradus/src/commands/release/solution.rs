//! The staff's notebook, run from top to bottom.

use std::path::Path;

use gradus_notebook::Notebook;
use serde_json::json;

use crate::arguments::Release;
use crate::commands::authored::Authored;
use crate::error::Hinted;

/// The notebook with all answers, and with outputs unless the arguments leave them out. It is run in `folder`.
pub fn notebook(authored: &Authored, options: &Release, folder: &Path) -> anyhow::Result<Notebook> {
    let _ = folder;
    let mut notebook = authored.source.solution();
    // Answers, rubrics and hidden checks: wherever this file goes, it is known as the staff's.
    notebook
        .metadata
        .insert("gradus".to_owned(), json!({ "assignment": authored.assignment.id, "staff": gradus_grader::CANARY }));
    if !options.no_execute {
        return Err(Hinted::new("this program cannot run notebooks yet", "leave outputs out with --no-execute").into());
    }
    Ok(notebook)
}
