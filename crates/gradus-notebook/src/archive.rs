//! Zip archives, as students upload them and as Gradescope gives them back.
//!
//! Nothing is ever unpacked to disk, so that no name can lead anywhere. What no honest archive has is refused all the
//! same, with words that tell what it is: paths that lead out, links, and more bytes than an answer can have.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::SubmissionError;
use crate::files::{
    Content, FileFormat, MAX_FOLDER_ENTRIES, MAX_WRAPPERS, NOT_READ, NOT_SEARCHED, ignored_note, read_each, with_file,
};
use crate::hand_in::is_record;

/// The largest archive that is read.
pub const MAX_BYTES: u64 = 64 << 20;
/// The most entries an archive may have, folders and files that are not read included.
pub const MAX_ENTRIES: usize = 1000;
/// The most bytes its entries may have together when unpacked.
pub const MAX_UNPACKED_BYTES: u64 = 128 << 20;
/// How many times its packed size an entry may have. Deflate reaches 1,032; notebooks with pictures stay below 10, and
/// source text below 30.
pub const MAX_RATIO: u64 = 100;

/// Below this size a ratio says nothing: a kilobyte of spaces is no bomb.
const SMALL: u64 = 1 << 20;

/// What begins each entry of an archive's directory.
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// Reads the notebooks and Rust files of an archive, as those of a folder.
pub(crate) fn read(bytes: &[u8], file: &str) -> Result<Content, SubmissionError> {
    let damaged = |error: ZipError| SubmissionError::NotAnArchive { file: file.to_owned(), reason: plain(&error) };
    // Counted before the archive is opened: opening it makes something of every entry.
    if bytes.windows(DIRECTORY_ENTRY.len()).filter(|window| *window == DIRECTORY_ENTRY).count() > MAX_ENTRIES {
        return Err(SubmissionError::TooManyFiles { file: file.to_owned(), limit: MAX_ENTRIES });
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let entries = entries(&archive, file, MAX_UNPACKED_BYTES, Some(MAX_RATIO))?;
    let mut notes = Vec::new();
    let (prefix, files, folders) = top_level(&entries);
    if files.is_empty() && folders.len() > 1 && folders.iter().all(|folder| folder.starts_with("submission_")) {
        return Err(SubmissionError::ManySubmissions { file: file.to_owned(), count: folders.len() });
    }
    if files.len() + folders.len() > MAX_FOLDER_ENTRIES {
        return Err(SubmissionError::TooManyFiles { file: file.to_owned(), limit: MAX_FOLDER_ENTRIES });
    }
    notes.extend(folders.iter().map(|folder| ignored_note(&format!("{prefix}{folder}"), NOT_SEARCHED)));
    let (wanted, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|entry| FileFormat::holds_answers(Path::new(&entry.name)));
    let others = others.iter().filter(|entry| !is_record(&entry.name));
    notes.extend(others.map(|entry| ignored_note(&entry.name, NOT_READ)));
    let archive = &RefCell::new(archive);
    let files = wanted.iter().map(|entry| (entry.name.clone(), move || read_entry(&mut archive.borrow_mut(), entry)));
    let about = |error, name: &str| with_file(error, &format!("{file}: {name}"));
    read_each(files, notes, about)?.ok_or_else(|| SubmissionError::NothingToGrade { file: file.to_owned() })
}

/// A file of the archive, by a name that leads nowhere else.
pub(crate) struct Entry {
    pub index: usize,
    pub name: String,
    pub size: u64,
}

/// All files of the archive, in name order, once nothing speaks against any of them. Without `max_ratio`, they may shrink
/// as much as they like.
pub(crate) fn entries<R: Read + Seek>(
    archive: &ZipArchive<R>,
    file: &str,
    limit: u64,
    max_ratio: Option<u64>,
) -> Result<Vec<Entry>, SubmissionError> {
    if archive.has_duplicate_names() {
        let reason = "two entries have the same name".to_owned();
        return Err(SubmissionError::NotAnArchive { file: file.to_owned(), reason });
    }
    let mut entries = Vec::new();
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let damaged = |error: ZipError| SubmissionError::NotAnArchive { file: file.to_owned(), reason: plain(&error) };
        let entry = archive.by_index_data(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        let refuse = |what| SubmissionError::UnsafeEntry { file: file.to_owned(), entry: shortened(&name), what };
        if let Some(what) = fault_of_name(&name) {
            return Err(refuse(what));
        }
        const KIND: u32 = 0o170_000;
        match entry.unix_mode().unwrap_or_default() & KIND {
            0 | 0o100_000 | 0o040_000 => {}
            0o120_000 => return Err(refuse("is a symbolic link")),
            _ => return Err(refuse("is neither a file nor a folder")),
        }
        if let Some(limit) = max_ratio
            && entry.size() > SMALL
            && entry.size() / limit > entry.compressed_size()
        {
            let (file, entry) = (file.to_owned(), shortened(&name));
            return Err(SubmissionError::ZipBomb { file, entry, limit });
        }
        unpacked = unpacked.saturating_add(entry.size());
        if unpacked > limit {
            let file = file.to_owned();
            return Err(SubmissionError::TooLarge { file, what: "unpacked files", limit });
        }
        if !entry.is_dir() {
            let size = entry.size();
            entries.push(Entry { index, name, size });
        }
    }
    entries.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(entries)
}

/// Why a name could lead out of the folder that an archive is unpacked to, on any system.
fn fault_of_name(name: &str) -> Option<&'static str> {
    let drive = name.as_bytes().get(1) == Some(&b':');
    if name.starts_with(['/', '\\']) || drive {
        Some("has an absolute path")
    } else if name.split(['/', '\\']).any(|part| part == "..") {
        Some("leads out of the archive")
    } else if name.is_empty() || name.contains(['\0', '\\']) {
        Some("has a name that no file should have")
    } else {
        None
    }
}

/// What stands directly in the archive, or in the one folder that it wraps everything into: the path to there, the
/// files, and the folders beside them.
fn top_level(entries: &[Entry]) -> (String, Vec<&Entry>, BTreeSet<&str>) {
    let visible: Vec<_> = entries.iter().filter(|entry| !is_hidden(&entry.name)).collect();
    let mut prefix = String::new();
    for _ in 0..=MAX_WRAPPERS {
        let below = || visible.iter().filter_map(|entry| Some((*entry, entry.name.strip_prefix(&prefix)?)));
        let files: Vec<_> = below().filter(|(_, rest)| !rest.contains('/')).map(|(entry, _)| entry).collect();
        let folders: BTreeSet<_> = below().filter_map(|(_, rest)| Some(rest.split_once('/')?.0)).collect();
        match (files.is_empty(), folders.len()) {
            (true, 1) => prefix = format!("{prefix}{}/", folders.into_iter().next().unwrap_or_default()),
            _ => return (prefix, files, folders),
        }
    }
    (prefix, Vec::new(), BTreeSet::new())
}

/// Whether an entry is what a system puts beside a user's files.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

fn read_entry(archive: &mut ZipArchive<Cursor<&[u8]>>, entry: &Entry) -> Result<Content, SubmissionError> {
    let file = &entry.name;
    let unreadable = |reason: String| SubmissionError::NotAnArchive { file: file.clone(), reason };
    let format = FileFormat::of_file(Path::new(file), file)?;
    let (what, limit) = format.largest();
    if entry.size > limit {
        return Err(SubmissionError::TooLarge { file: file.clone(), what, limit });
    }
    let reader = archive.by_index(entry.index).map_err(|error| unreadable(plain(&error)))?;
    let mut bytes = Vec::new();
    // What an entry says of its size was counted above, so it gets no more.
    reader.take(entry.size + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > entry.size {
        return Err(unreadable("it is larger than the archive says".to_owned()));
    }
    format.parse(bytes, file)
}

fn shortened(name: &str) -> String {
    name.chars().take(100).collect()
}

/// The library's words without what they repeat.
pub(crate) fn plain(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => error.to_string(),
        ZipError::InvalidArchive(reason) if reason.contains("EOCD") => {
            "it is no zip archive, or its end is missing".to_owned()
        }
        ZipError::InvalidArchive(reason) => reason.to_string(),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => "it is protected by a password".to_owned(),
        other => other.to_string(),
    }
}
