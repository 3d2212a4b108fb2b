//! Reads a submission: files to source texts, source texts to items, items to answers.

use std::collections::BTreeMap;
use std::path::Path;

use crate::candidate::{Candidate, candidates};
use crate::deep_stack;
use crate::error::SubmissionError;
use crate::files::{self, Sources};
use crate::fragment::{Note, Submission};
use crate::select::select;

/// The most notes that are kept; hostile input could make one for each item.
const MAX_NOTES: usize = 100;

/// An answer to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The function's name.
    pub function: &'a str,
    /// The id of its answer cell in the student notebook.
    pub cell_id: Option<&'a str>,
}

/// Reads what a student handed in and finds the wanted answers and everything they mention.
///
/// `path` is a notebook (`.ipynb`), a Rust file (`.rs`), or a folder or zip archive (`.zip`) of them. `available` names the crates
/// that answers may import from, such as `std`, `core`, `alloc` and `ndarray`; modules and types of the
/// submission itself need not be named. An answer that is not found is no error:
/// [`Submission::answer`] is `None`.
///
/// # Errors
/// When there is nothing that can be read; [`SubmissionError::hint`] says what to do. In a folder or archive, one file
/// that cannot be read becomes a note as long as another one can.
///
/// ```
/// use gradus_notebook::{Wanted, read_submission};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let file = std::env::temp_dir().join(format!("gradus-notebook-{}.rs", std::process::id()));
/// std::fs::write(&file, "const RATE: f64 = 0.1;\nfn step(w: f64, dw: f64) -> f64 { w - RATE * dw }\n")?;
/// let wanted = [Wanted { function: "step", cell_id: None }];
/// let submission = read_submission(&file, &wanted, &["std", "ndarray"])?;
/// assert_eq!(submission.fragments.len(), 2); // the answer and the constant that it mentions
/// assert_eq!(submission.answer("step").map(|answer| answer.origin.line), Some(2));
/// # std::fs::remove_file(&file)?;
/// # Ok(())
/// # }
/// ```
pub fn read_submission(path: &Path, wanted: &[Wanted<'_>], available: &[&str]) -> Result<Submission, SubmissionError> {
    analysed(files::read(path)?, &path.display().to_string(), wanted, available)
}

/// The same for the bytes of one file that is called `name`, such as `work.zip`.
///
/// # Errors
/// As [`read_submission`].
pub fn read_submission_bytes(
    name: &str,
    bytes: Vec<u8>,
    wanted: &[Wanted<'_>],
    available: &[&str],
) -> Result<Submission, SubmissionError> {
    analysed(files::read_bytes(name, bytes)?, name, wanted, available)
}

/// The text cells of what a student handed in, by their ids: answers to written questions among them. Of several cells with
/// one id the first counts.
///
/// # Errors
/// As [`read_submission`].
pub fn read_texts(path: &Path) -> Result<BTreeMap<String, String>, SubmissionError> {
    let texts = files::read(path)?.sources.into_iter().filter(|source| !source.is_code);
    let mut found = BTreeMap::new();
    for (id, text) in texts.filter_map(|source| Some((source.cell?.id?, source.text))) {
        found.entry(id).or_insert(text);
    }
    Ok(found)
}

fn analysed(
    Sources { name, mut sources, mut notes }: Sources,
    file: &str,
    wanted: &[Wanted<'_>],
    available: &[&str],
) -> Result<Submission, SubmissionError> {
    sources.retain(|source| source.is_code);
    let mut submission = deep_stack::run(|| {
        let items: Vec<Candidate> = sources.iter().flat_map(candidates).collect();
        select(items, &sources, wanted, available)
    })
    .map_err(|error| SubmissionError::GraderFault { file: file.to_owned(), message: error.to_string() })?;
    submission.name = name;
    notes.append(&mut submission.notes);
    if notes.len() > MAX_NOTES {
        let more = notes.len() - MAX_NOTES;
        notes.truncate(MAX_NOTES);
        notes.push(Note { origin: None, message: format!("{more} more notes were left out"), hint: None });
    }
    submission.notes = notes;
    Ok(submission)
}
