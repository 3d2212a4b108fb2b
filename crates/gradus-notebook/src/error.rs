//! Why a submission could not be read at all, and what the student can do about it.

use thiserror::Error;

/// A submission, or a file of it, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SubmissionError {
    /// Nothing is there.
    #[error("{file}: no such file or folder")]
    NotFound {
        /// The path as given.
        file: String,
    },
    /// The operating system refuses.
    #[error("{file}: cannot be read: {message}")]
    NotReadable {
        /// The path.
        file: String,
        /// The operating system's words.
        message: String,
    },
    /// A symbolic link, which could point anywhere.
    #[error("{file}: is a symbolic link")]
    SymbolicLink {
        /// The path.
        file: String,
    },
    /// A device, pipe or socket.
    #[error("{file}: is neither a file nor a folder")]
    NotAFile {
        /// The path.
        file: String,
    },
    /// Neither a notebook nor Rust source.
    #[error("{file}: {}", if extension.is_empty() { "the name has no extension".to_owned() } else { format!("files with the extension `.{extension}` are not read") })]
    UnknownExtension {
        /// The path.
        file: String,
        /// The extension without its dot; may be empty.
        extension: String,
    },
    /// Nothing but white space.
    #[error("{file}: the file is empty")]
    Empty {
        /// The path.
        file: String,
    },
    /// Not text, or text in another encoding.
    #[error("{file}: line {line} is not UTF-8 text: byte 0x{byte:02X} at offset {offset}")]
    NotUtf8 {
        /// The path.
        file: String,
        /// Line of the first wrong byte, from 1.
        line: usize,
        /// Offset of the first wrong byte in the file, from 0.
        offset: usize,
        /// That byte.
        byte: u8,
        /// Whether the file starts as UTF-16 does.
        looks_like_utf16: bool,
    },
    /// The notebook is not JSON.
    #[error("{file}: line {line}, column {column}: not valid JSON: {message}")]
    NotJson {
        /// The path.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// The parser's words.
        message: String,
        /// Whether the file stops in the middle.
        truncated: bool,
    },
    /// JSON, but not a notebook.
    #[error("{file}: {}not a Jupyter notebook: {reason}", place(*line, *column))]
    NotANotebook {
        /// The path.
        file: String,
        /// Line, from 1; 0 when the fault has no place.
        line: usize,
        /// Column in bytes, from 1; 0 when the fault has no place.
        column: usize,
        /// What is missing or wrong.
        reason: String,
    },
    /// A notebook format other than 4.
    #[error("{file}: the notebook has format {major}; only format 4 is read")]
    UnsupportedFormat {
        /// The path.
        file: String,
        /// The notebook's `nbformat`.
        major: i64,
    },
    /// A notebook for another language.
    #[error("{file}: the notebook is written for {language}, not for Rust")]
    WrongLanguage {
        /// The path.
        file: String,
        /// The language or kernel it names.
        language: String,
    },
    /// A notebook with text only.
    #[error("{file}: the notebook has no code cells")]
    NoCodeCells {
        /// The path.
        file: String,
    },
    /// A folder or archive without notebooks and Rust files.
    #[error("{file}: holds no notebook (.ipynb) and no Rust file (.rs)")]
    NothingToGrade {
        /// The folder or archive.
        file: String,
    },
    /// Beyond the size that is read.
    #[error("{file}: too large: more than {limit} bytes of {what}")]
    TooLarge {
        /// The path.
        file: String,
        /// What was counted.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// A folder or archive with too many files.
    #[error("{file}: holds more than {limit} entries")]
    TooManyFiles {
        /// The folder or archive.
        file: String,
        /// The limit.
        limit: usize,
    },
    /// Not a zip archive, or a damaged one, or an entry that cannot be unpacked.
    #[error("{file}: cannot be unpacked: {reason}")]
    NotAnArchive {
        /// The archive or the entry.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// An archive whose unpacking would write, or read, outside its folder.
    #[error("{file}: the entry `{entry}` {what}")]
    UnsafeEntry {
        /// The archive.
        file: String,
        /// The entry's name.
        entry: String,
        /// What it does.
        what: &'static str,
    },
    /// An archive that unpacks to far more than any honest one.
    #[error("{file}: the entry `{entry}` unpacks to more than {limit} times its size")]
    ZipBomb {
        /// The archive.
        file: String,
        /// The entry's name.
        entry: String,
        /// The limit.
        limit: u64,
    },
    /// An archive of a whole class.
    #[error("{file}: holds {count} submissions")]
    ManySubmissions {
        /// The archive.
        file: String,
        /// How many.
        count: usize,
    },
    /// The machine that grades could not do its part; the submission is not to blame.
    #[error("{file}: the submission could not be analysed on this machine: {message}")]
    GraderFault {
        /// The path.
        file: String,
        /// What failed.
        message: String,
    },
}

fn place(line: usize, column: usize) -> String {
    if line == 0 { String::new() } else { format!("line {line}, column {column}: ") }
}

impl SubmissionError {
    /// What the student, or for [`SubmissionError::GraderFault`] the grader, can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "Check the path and the spelling of the name.",
            Self::NotReadable { .. } => "Check that the file's permissions let you read it, then hand it in again.",
            Self::SymbolicLink { .. } => "Hand in the file itself, not a link to it.",
            Self::NotAFile { .. } => {
                "Hand in a notebook (.ipynb), a Rust file (.rs), or a folder or zip archive of them."
            }
            Self::UnknownExtension { .. } => {
                "Hand in a notebook (.ipynb), a Rust file (.rs), or a folder or zip archive (.zip) of them."
            }
            Self::Empty { .. } => "Save the file again; the upload may have failed.",
            Self::NotUtf8 { looks_like_utf16: true, .. } => {
                "The file looks like UTF-16. Save it as UTF-8, without converting it in another way."
            }
            Self::NotUtf8 { .. } => "Save the file as UTF-8; if it is not a text file, hand in the right one.",
            Self::NotJson { truncated: true, .. } => {
                "The file ends too early. Save the notebook again in JupyterLab and hand in that file."
            }
            Self::NotJson { .. } => {
                "Open the notebook in JupyterLab and save it again. If it does not open, undo the last edit made \
                 outside Jupyter (merge markers are a usual cause)."
            }
            Self::NotANotebook { .. } => "Open the file in JupyterLab, save it as a notebook and hand in that file.",
            Self::UnsupportedFormat { major, .. } if *major < 4 => {
                "Open the notebook in JupyterLab and save it; that brings it to format 4."
            }
            Self::UnsupportedFormat { .. } => "Save the notebook in format 4 (`jupyter nbconvert --to notebook`).",
            Self::WrongLanguage { .. } => {
                "Choose the kernel \"Rust (Gradus)\" in JupyterLab, save, and hand in again. If the notebook belongs \
                 to another course, hand in the right one."
            }
            Self::NoCodeCells { .. } => {
                "Write the answers in code cells; a cell's type is shown in JupyterLab's toolbar."
            }
            Self::NothingToGrade { .. } => "Put the notebook or the Rust file directly into the folder or archive.",
            Self::TooLarge { what: "Rust source", .. } => "Hand in the answers only; keep data out of the source.",
            Self::TooLarge { what: "archive" | "unpacked files", .. } => {
                "Make an archive that holds only the notebooks and Rust files of the answers, without data."
            }
            Self::TooLarge { .. } => "Clear the outputs (Edit, Clear Outputs of All Cells), save, and hand in again.",
            Self::TooManyFiles { .. } => "Hand in only the notebooks and Rust files of the answers.",
            Self::NotAnArchive { .. } => {
                "Make the archive again with your desktop's own program, as an ordinary .zip file."
            }
            Self::UnsafeEntry { .. } => {
                "Make the archive again from a plain folder that holds the notebooks and Rust files themselves."
            }
            Self::ZipBomb { .. } => "Hand in the notebooks and Rust files themselves; no answer shrinks so much.",
            Self::ManySubmissions { .. } => {
                "Give the archive to `gradus grade`: it takes what a learning platform makes of all submissions."
            }
            Self::GraderFault { .. } => "Run the grading again; if it fails again, tell the staff. No points are lost.",
        }
    }

    /// The file or folder it is about.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::NotFound { file }
            | Self::NotReadable { file, .. }
            | Self::SymbolicLink { file }
            | Self::NotAFile { file }
            | Self::UnknownExtension { file, .. }
            | Self::Empty { file }
            | Self::NotUtf8 { file, .. }
            | Self::NotJson { file, .. }
            | Self::NotANotebook { file, .. }
            | Self::UnsupportedFormat { file, .. }
            | Self::WrongLanguage { file, .. }
            | Self::NoCodeCells { file }
            | Self::NothingToGrade { file }
            | Self::TooLarge { file, .. }
            | Self::TooManyFiles { file, .. }
            | Self::NotAnArchive { file, .. }
            | Self::UnsafeEntry { file, .. }
            | Self::ZipBomb { file, .. }
            | Self::ManySubmissions { file, .. }
            | Self::GraderFault { file, .. } => file,
        }
    }

    pub(crate) fn file_mut(&mut self) -> &mut String {
        match self {
            Self::NotFound { file }
            | Self::NotReadable { file, .. }
            | Self::SymbolicLink { file }
            | Self::NotAFile { file }
            | Self::UnknownExtension { file, .. }
            | Self::Empty { file }
            | Self::NotUtf8 { file, .. }
            | Self::NotJson { file, .. }
            | Self::NotANotebook { file, .. }
            | Self::UnsupportedFormat { file, .. }
            | Self::WrongLanguage { file, .. }
            | Self::NoCodeCells { file }
            | Self::NothingToGrade { file }
            | Self::TooLarge { file, .. }
            | Self::TooManyFiles { file, .. }
            | Self::NotAnArchive { file, .. }
            | Self::UnsafeEntry { file, .. }
            | Self::ZipBomb { file, .. }
            | Self::ManySubmissions { file, .. }
            | Self::GraderFault { file, .. } => file,
        }
    }
}
