//! The archive that a student hands in: the notebook as it is, and a record of what it is.

use std::io::{Cursor, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::archive::MAX_RATIO;

/// The name of the record in the archive.
pub const RECORD_NAME: &str = "submission.json";

/// What an archive says of itself. Nothing is graded by it: whoever hands in can write anything into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The assignment's id.
    pub assignment: String,
    /// The version of the program that made the archive.
    pub version: String,
    /// The notebook's name in the archive.
    pub notebook: String,
    /// The SHA-256 of the notebook, in hexadecimal.
    pub sha256: String,
    /// When the archive was made, in RFC 3339.
    pub time: String,
}

/// An archive of a notebook and its record, as [`crate::read_submission`] reads it.
///
/// # Errors
/// When the notebook's name cannot stand in an archive.
///
/// ```
/// use gradus_notebook::{Record, Wanted, pack, read_submission_bytes};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let notebook = r#"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "fn f() {}"}]}"#;
/// let record = Record {
///     assignment: "softmax".to_owned(),
///     version: "0.1.0".to_owned(),
///     notebook: "softmax.ipynb".to_owned(),
///     sha256: String::new(),
///     time: "2026-01-01T00:00:00Z".to_owned(),
/// };
/// let archive = pack(&record, notebook.as_bytes())?;
/// let read = read_submission_bytes("ada.zip", archive, &[Wanted { function: "f", cell_id: None }], &[])?;
/// assert!(read.answer("f").is_some() && read.notes.is_empty());
/// # Ok(())
/// # }
/// ```
pub fn pack(record: &Record, notebook: &[u8]) -> ZipResult<Vec<u8>> {
    let packed = pack_by(record, notebook, CompressionMethod::Deflated)?;
    // What shrinks like a bomb is refused as one: outputs that repeat one line a million times do.
    if packed.len() as u64 <= 2 * notebook.len() as u64 / MAX_RATIO {
        return pack_by(record, notebook, CompressionMethod::Stored);
    }
    Ok(packed)
}

fn pack_by(record: &Record, notebook: &[u8], method: CompressionMethod) -> ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    writer.start_file(record.notebook.as_str(), options)?;
    writer.write_all(notebook)?;
    writer.start_file(RECORD_NAME, SimpleFileOptions::default())?;
    writer.write_all(format!("{:#}\n", serde_json::to_value(record).unwrap_or_default()).as_bytes())?;
    Ok(writer.finish()?.into_inner())
}

/// Whether a file of a submission is its record, which holds no answer and is nothing to wonder at.
pub(crate) fn is_record(name: &str) -> bool {
    Path::new(name).file_name().is_some_and(|name| name == RECORD_NAME)
}
