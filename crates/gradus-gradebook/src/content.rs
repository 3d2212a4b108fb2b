//! What was handed in, byte by byte: its hash, and the archive that a gradebook keeps of it.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::GradebookError;

/// The most bytes of one submission that are kept.
pub const MAX_BYTES: u64 = 128 << 20;
/// The most files of one submission that are kept.
pub const MAX_FILES: usize = 1000;

/// What an archive calls the files of a submission that is a folder; one that is a file has its extension alone.
const FOLDER: &str = "folder/";
const FILE: &str = "file";

/// A submission's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// SHA-256 in hexadecimal digits. A file's name does not count, its extension does, and so does each path in a folder.
    pub hash: String,
    /// A zip archive of the files.
    pub archive: Vec<u8>,
}

impl Content {
    /// Reads a file, or all files of a folder and its folders. Symbolic links are left out, and what is no file at all, so
    /// that nothing of what they lead to is kept, and nothing is waited for.
    ///
    /// # Errors
    /// When something cannot be read, or there is more than a gradebook keeps.
    pub fn read(path: &Path) -> Result<Self, GradebookError> {
        pack(path).map_err(|source| GradebookError::Content { path: path.to_owned(), source })
    }

    /// Writes the files into `folder` as a submission called `name`, and returns its path.
    ///
    /// # Errors
    /// When something cannot be written, or the archive is damaged.
    pub fn unpack(&self, folder: &Path, name: &str) -> Result<PathBuf, GradebookError> {
        unpack(&self.archive, folder, name)
            .map_err(|source| GradebookError::Content { path: folder.join(name), source })
    }
}

fn pack(path: &Path) -> io::Result<Content> {
    let mut files = Vec::new();
    let kind = fs::symlink_metadata(path)?;
    if kind.is_dir() {
        list(path, FOLDER, &mut files)?;
        files.sort();
    } else if kind.is_file() {
        let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
        files.push((format!("{FILE}{}", extension.unwrap_or_default()), path.to_owned()));
    }
    let mut hash = Sha256::new();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // Without a time, so that the same files give the same archive.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut left = MAX_BYTES;
    for (name, path) in files {
        let mut bytes = Vec::new();
        File::open(path)?.take(left + 1).read_to_end(&mut bytes)?;
        let length = bytes.len() as u64;
        left = left.checked_sub(length).ok_or_else(|| too_much("bytes"))?;
        for part in [name.as_bytes(), &bytes] {
            // Its length first: no two submissions are then one row of bytes.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        archive.start_file(name, options)?;
        archive.write_all(&bytes)?;
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Content { hash, archive: archive.finish()?.into_inner() })
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else if kind.is_file() {
            files.push((name, entry.path()));
        }
        if files.len() > MAX_FILES {
            return Err(too_much("files"));
        }
    }
    Ok(())
}

fn unpack(archive: &[u8], folder: &Path, name: &str) -> io::Result<PathBuf> {
    let mut archive = ZipArchive::new(Cursor::new(archive))?;
    let mut root = folder.join(name);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let inside = entry.enclosed_name().ok_or(io::ErrorKind::InvalidData)?;
        let to = match inside.strip_prefix(FOLDER.trim_end_matches('/')) {
            Ok(inside) => folder.join(name).join(inside),
            Err(_) => {
                let extension = inside.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
                root = folder.join(format!("{name}{}", extension.unwrap_or_default()));
                root.clone()
            }
        };
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        io::copy(&mut entry, &mut File::create(to)?)?;
    }
    if archive.is_empty() {
        fs::create_dir_all(&root)?;
    }
    Ok(root)
}

fn too_much(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more {what} than a gradebook keeps"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_bytes_and_takes_the_name_it_is_given() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("homework.rs"), b"fn f() {}\r\n\xff").expect("a file");
        let content = Content::read(&folder.path().join("homework.rs")).expect("it can be read");
        let path = content.unpack(&folder.path().join("out"), "ada").expect("it can be written");
        assert_eq!(path.file_name().expect("a name"), "ada.rs");
        assert_eq!(fs::read(&path).expect("it is there"), b"fn f() {}\r\n\xff");
        assert_eq!(Content::read(&path).expect("it can be read"), content, "its name does not count");
    }

    #[test]
    fn a_folder_keeps_its_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::create_dir_all(one.join("inner")).expect("a folder");
        fs::write(one.join("a.rs"), "1").expect("a file");
        fs::write(one.join("inner/b.rs"), "2").expect("a file");
        let content = Content::read(&one).expect("it can be read");
        content.unpack(folder.path(), "two").expect("it can be written");
        assert_eq!(Content::read(&two).expect("it can be read"), content);
        fs::rename(two.join("inner/b.rs"), two.join("b.rs")).expect("it can be moved");
        assert_ne!(Content::read(&two).expect("it can be read").hash, content.hash, "paths count");
    }

    #[test]
    fn nothing_is_kept_of_what_a_link_leads_to_and_a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("secret"), "secret").expect("a file");
        let (link, pipe) = (folder.path().join("link.rs"), folder.path().join("pipe.rs"));
        std::os::unix::fs::symlink(folder.path().join("secret"), &link).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there");
        assert!(made.success());
        for path in [link, pipe] {
            let content = Content::read(&path).expect("it can be read");
            assert_eq!(
                ZipArchive::new(Cursor::new(content.archive)).expect("an archive").len(),
                0,
                "{}",
                path.display()
            );
        }
    }

    #[test]
    fn what_is_empty_or_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let content = Content::read(folder.path()).expect("an empty folder can be read");
        let path = content.unpack(&folder.path().join("out"), "ada").expect("it can be written");
        assert!(path.is_dir());
        let error = Content::read(&folder.path().join("nothing")).expect_err("it is not there").to_string();
        assert!(error.contains("nothing"), "{error}");
    }
}
