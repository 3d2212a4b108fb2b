//! From a path to source texts: which files of a submission are read, and under which limits.
//!
//! A source text is one cell or one Rust file. What is in it is left to [`crate::split`], and what is in an archive
//! to [`crate::archive`].

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::archive;
use crate::error::SubmissionError;
use crate::fragment::{CellPlace, Note};
use crate::hand_in::is_record;
use crate::student_notebook;

/// The largest notebook that is read, outputs included.
pub const MAX_NOTEBOOK_BYTES: u64 = 64 << 20;
/// The most Rust source that is read, for one submission as a whole.
pub const MAX_SOURCE_BYTES: u64 = 2 << 20;
/// The most entries a folder may have.
pub const MAX_FOLDER_ENTRIES: usize = 200;

/// How many folders with nothing but one folder in them are opened, as unpacked archives have them.
pub(crate) const MAX_WRAPPERS: usize = 4;

/// One cell or one Rust file.
pub(crate) struct Source {
    pub file: String,
    pub cell: Option<CellPlace>,
    pub text: String,
    /// Whether it is Rust; otherwise it is a text cell.
    pub is_code: bool,
}

/// The source texts of a submission.
pub(crate) struct Sources {
    pub name: String,
    pub sources: Vec<Source>,
    pub notes: Vec<Note>,
}

/// What one file holds.
pub(crate) type Content = (Vec<Source>, Vec<Note>);

/// Reads a notebook, a Rust file, an archive or a folder.
pub(crate) fn read(path: &Path) -> Result<Sources, SubmissionError> {
    let shown = path.display().to_string();
    let mut found = Sources { name: name_of(path), sources: Vec::new(), notes: Vec::new() };
    if kind_of(path, &shown)? == EntryKind::Folder {
        read_folder(path, &shown, &mut found)?;
    } else {
        let file = path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
        (found.sources, found.notes) = read_file(path, &file).map_err(|error| with_file(error, &shown))?;
    }
    within_limits(found, &shown)
}

/// Reads the bytes of a notebook, a Rust file or an archive, as its name tells.
pub(crate) fn read_bytes(name: &str, bytes: Vec<u8>) -> Result<Sources, SubmissionError> {
    let format = FileFormat::of_file(Path::new(name), name)?;
    let (what, limit) = format.largest();
    if bytes.len() as u64 > limit {
        return Err(SubmissionError::TooLarge { file: name.to_owned(), what, limit });
    }
    let (sources, notes) = format.parse(bytes, name)?;
    within_limits(Sources { name: name_of(Path::new(name)), sources, notes }, name)
}

fn within_limits(found: Sources, shown: &str) -> Result<Sources, SubmissionError> {
    if source_bytes(&found.sources) > MAX_SOURCE_BYTES {
        return Err(SubmissionError::TooLarge { file: shown.to_owned(), what: "Rust source", limit: MAX_SOURCE_BYTES });
    }
    Ok(found)
}

fn source_bytes(sources: &[Source]) -> u64 {
    sources.iter().filter(|source| source.is_code).map(|source| source.text.len() as u64).sum()
}

/// One unreadable file does not cost the others: its error becomes a note unless no file is left.
fn read_folder(path: &Path, shown: &str, found: &mut Sources) -> Result<(), SubmissionError> {
    let mut folder = path.to_path_buf();
    let mut entries = list(&folder, shown, &mut found.notes)?;
    for _ in 0..MAX_WRAPPERS {
        match (entries.files.is_empty(), entries.folders.as_slice()) {
            (true, [only]) => {
                folder = only.clone();
                entries = list(&folder, shown, &mut found.notes)?;
            }
            _ => break,
        }
    }
    for ignored in &entries.folders {
        found.notes.push(ignored_note(&relative(path, ignored), NOT_SEARCHED));
    }
    let files = entries.files.iter().map(|file| (relative(path, file), move || read_file(file, &relative(path, file))));
    (found.sources, found.notes) = read_each(files, std::mem::take(&mut found.notes), |error, name| {
        with_file(error, &path.join(name).display().to_string())
    })?
    .ok_or_else(|| SubmissionError::NothingToGrade { file: shown.to_owned() })?;
    Ok(())
}

/// Reads files of one submission, with names and in order: one that cannot be read becomes a note unless no other can.
/// `None` if there are none.
pub(crate) fn read_each<R: FnOnce() -> Result<Content, SubmissionError>>(
    files: impl Iterator<Item = (String, R)>,
    mut notes: Vec<Note>,
    about: impl Fn(SubmissionError, &str) -> SubmissionError,
) -> Result<Option<Content>, SubmissionError> {
    let mut sources = Vec::new();
    let mut first_error = None;
    let mut any_read = false;
    for (name, read) in files {
        match read() {
            Ok((more_sources, more_notes)) => {
                any_read = true;
                sources.extend(more_sources);
                notes.extend(more_notes);
                if source_bytes(&sources) > MAX_SOURCE_BYTES {
                    break;
                }
            }
            Err(error) => {
                notes.push(Note {
                    origin: None,
                    message: format!("{error}; the file was left out"),
                    hint: Some(error.hint().to_owned()),
                });
                first_error.get_or_insert(about(error, &name));
            }
        }
    }
    match (any_read, first_error) {
        (true, _) => Ok(Some((sources, notes))),
        (false, Some(error)) => Err(error),
        (false, None) => Ok(None),
    }
}

#[derive(Default)]
struct Entries {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

/// The entries of a folder in name order; what cannot hold an answer is left out and said.
fn list(folder: &Path, shown: &str, notes: &mut Vec<Note>) -> Result<Entries, SubmissionError> {
    let unreadable = |error: std::io::Error| SubmissionError::NotReadable {
        file: folder.display().to_string(),
        message: plain(&error),
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".") || name == "__MACOSX";
        if !hidden {
            paths.push(entry.path());
        }
        if paths.len() > MAX_FOLDER_ENTRIES {
            return Err(SubmissionError::TooManyFiles { file: shown.to_owned(), limit: MAX_FOLDER_ENTRIES });
        }
    }
    paths.sort();
    let mut entries = Entries::default();
    for path in paths {
        let name = name_with_extension(&path);
        match kind_of(&path, &name) {
            Ok(EntryKind::Folder) => entries.folders.push(path),
            Ok(EntryKind::File) if FileFormat::holds_answers(&path) => entries.files.push(path),
            Ok(EntryKind::File) if is_record(&name) => {}
            Ok(EntryKind::File) => notes.push(ignored_note(&name, NOT_READ)),
            Err(error) => {
                let text = error.to_string();
                let why = text.split_once(": ").map_or(text.as_str(), |(_, why)| why);
                notes.push(ignored_note(&name, why));
            }
        }
    }
    Ok(entries)
}

pub(crate) const NOT_READ: &str = "only .ipynb and .rs files are read";
pub(crate) const NOT_SEARCHED: &str = "folders inside a submission are not searched";

pub(crate) fn ignored_note(name: &str, why: &str) -> Note {
    Note { origin: None, message: format!("`{name}` was left out: {why}"), hint: None }
}

#[derive(PartialEq, Eq)]
enum EntryKind {
    File,
    Folder,
}

/// Looks at the entry itself, so that a link is seen as a link and a pipe is never opened.
fn kind_of(path: &Path, shown: &str) -> Result<EntryKind, SubmissionError> {
    let file = shown.to_owned();
    let metadata = fs::symlink_metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => SubmissionError::NotFound { file: file.clone() },
        _ => SubmissionError::NotReadable { file: file.clone(), message: plain(&error) },
    })?;
    if metadata.is_symlink() {
        Err(SubmissionError::SymbolicLink { file })
    } else if metadata.is_dir() {
        Ok(EntryKind::Folder)
    } else if metadata.is_file() {
        Ok(EntryKind::File)
    } else {
        Err(SubmissionError::NotAFile { file })
    }
}

/// What a file is, as the extension of its name tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Notebook,
    Rust,
    Archive,
}

impl FileFormat {
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "ipynb" => Some(Self::Notebook),
            "rs" => Some(Self::Rust),
            "zip" => Some(Self::Archive),
            _ => None,
        }
    }

    /// The format of a file that must have one.
    pub(crate) fn of_file(path: &Path, file: &str) -> Result<Self, SubmissionError> {
        Self::of(path).ok_or_else(|| {
            let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            SubmissionError::UnknownExtension { file: file.to_owned(), extension }
        })
    }

    /// Whether a file inside a folder or an archive is read.
    pub(crate) fn holds_answers(path: &Path) -> bool {
        matches!(Self::of(path), Some(Self::Notebook | Self::Rust))
    }

    /// What the limit is on, and the most bytes of it.
    pub(crate) fn largest(self) -> (&'static str, u64) {
        match self {
            Self::Notebook => ("notebook", MAX_NOTEBOOK_BYTES),
            Self::Rust => ("Rust source", MAX_SOURCE_BYTES),
            Self::Archive => ("archive", archive::MAX_BYTES),
        }
    }

    pub(crate) fn parse(self, bytes: Vec<u8>, file: &str) -> Result<Content, SubmissionError> {
        match self {
            Self::Notebook => student_notebook::read(&text_of(bytes, file)?, file),
            Self::Rust => Ok((
                vec![Source { file: file.to_owned(), cell: None, text: text_of(bytes, file)?, is_code: true }],
                Vec::new(),
            )),
            Self::Archive => archive::read(&bytes, file),
        }
    }
}

fn read_file(path: &Path, file: &str) -> Result<Content, SubmissionError> {
    let format = FileFormat::of_file(path, file)?;
    let unreadable =
        |error: std::io::Error| SubmissionError::NotReadable { file: file.to_owned(), message: plain(&error) };
    let (what, limit) = format.largest();
    let mut bytes = Vec::new();
    // The limit holds while reading, since a file can grow after its size was asked.
    File::open(path).map_err(unreadable)?.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(SubmissionError::TooLarge { file: file.to_owned(), what, limit });
    }
    format.parse(bytes, file)
}

/// UTF-8 text without its byte order mark.
fn text_of(bytes: Vec<u8>, file: &str) -> Result<String, SubmissionError> {
    let looks_like_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        SubmissionError::NotUtf8 {
            file: file.to_owned(),
            line: 1 + bytes[..offset].iter().filter(|&&byte| byte == b'\n').count(),
            offset,
            byte: bytes[offset],
            looks_like_utf16,
        }
    })?;
    let text = text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text);
    if text.trim().is_empty() {
        return Err(SubmissionError::Empty { file: file.to_owned() });
    }
    Ok(text)
}

/// The same error about the path that the caller knows.
pub(crate) fn with_file(mut error: SubmissionError, shown: &str) -> SubmissionError {
    *error.file_mut() = shown.to_owned();
    error
}

/// The operating system's words without `(os error 13)`.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn name_with_extension(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The submission's name; `.` and `..` are resolved to the folder they mean.
fn name_of(path: &Path) -> String {
    let resolved = if path.file_name().is_some() { None } else { fs::canonicalize(path).ok() };
    let path = resolved.as_deref().unwrap_or(path);
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    name.unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
