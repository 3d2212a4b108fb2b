//! Builds submissions on disk.

use std::fs;
use std::path::PathBuf;

use gradus_notebook::{Submission, SubmissionError, Wanted, read_submission};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const AVAILABLE: [&str; 4] = ["std", "core", "alloc", "ndarray"];

/// A notebook of code cells, `(id, source)`; an empty id is left out.
pub fn notebook(cells: &[(&str, &str)]) -> String {
    let cells: Vec<Value> = cells
        .iter()
        .map(|(id, source)| {
            let mut cell = json!({"cell_type": "code", "metadata": {}, "outputs": [], "source": source});
            if !id.is_empty() {
                cell["id"] = json!(id);
            }
            cell
        })
        .collect();
    json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).to_string()
}

/// A folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

pub fn read_bytes(name: &str, content: &[u8], functions: &[&str]) -> Result<Submission, SubmissionError> {
    let folder = folder(&[(name, content)]);
    read(folder.path().join(name), functions)
}

/// Looks for functions `f_g` in cells `f-g`.
pub fn read(path: PathBuf, functions: &[&str]) -> Result<Submission, SubmissionError> {
    let ids: Vec<String> = functions.iter().map(|function| function.replace('_', "-")).collect();
    let wanted: Vec<Wanted<'_>> =
        functions.iter().zip(&ids).map(|(function, id)| Wanted { function, cell_id: Some(id) }).collect();
    read_submission(&path, &wanted, &AVAILABLE)
}

pub fn cells(cells: &[(&str, &str)], functions: &[&str]) -> Submission {
    read_bytes("work.ipynb", notebook(cells).as_bytes(), functions).expect("a notebook that can be read")
}

pub fn rust(source: &str, functions: &[&str]) -> Submission {
    read_bytes("work.rs", source.as_bytes(), functions).expect("a file that can be read")
}

/// The texts of the fragments in order.
pub fn texts(submission: &Submission) -> Vec<&str> {
    submission.fragments.iter().map(|fragment| fragment.text.as_str()).collect()
}

pub fn notes(submission: &Submission) -> String {
    submission.notes.iter().map(|note| format!("{}\n", note.message)).collect()
}
