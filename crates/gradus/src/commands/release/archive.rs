//! Zip archives that are the same bytes whenever they are made of the same files: sorted, and without times.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::autograder::StaffFile;
use super::public::PublicFile;

/// What students get, in one folder.
pub fn student(folder: &str, files: Vec<PublicFile>) -> anyhow::Result<Vec<u8>> {
    let entries = files.iter().map(|file| Entry {
        path: format!("{folder}/{}", file.path().as_str()),
        bytes: file.bytes(),
        program: file.is_program(),
    });
    written(entries.collect())
}

/// What Gradescope gets; its two scripts have to stand at the top.
pub fn autograder(files: Vec<StaffFile>) -> anyhow::Result<Vec<u8>> {
    let entries = files.iter().map(|file| Entry { path: file.path.clone(), bytes: &file.bytes, program: file.program });
    written(entries.collect())
}

struct Entry<'a> {
    path: String,
    bytes: &'a [u8],
    program: bool,
}

fn written(mut entries: Vec<Entry<'_>>) -> anyhow::Result<Vec<u8>> {
    entries.sort_by(|left, right| left.path.cmp(&right.path));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if entry.program { 0o755 } else { 0o644 });
        archive.start_file(entry.path, options)?;
        archive.write_all(entry.bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::super::public::PublicPath;
    use super::*;

    #[test]
    fn the_same_files_in_any_order_give_the_same_archive() {
        let file = |path: &str, text: &str| {
            PublicFile::new(PublicPath::new(path).expect("a path"), text.as_bytes().to_vec()).expect("public")
        };
        let (a, b) = (file("b/c.txt", "one"), file("a", "two").program());
        let archive = student("softmax", vec![a.clone(), b.clone()]).expect("an archive");
        assert_eq!(archive, student("softmax", vec![b, a]).expect("an archive"));
        let mut read = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
        let names: Vec<_> = read.file_names().map(|name| name.expect("a name").into_owned()).collect();
        assert_eq!(names, ["softmax/a", "softmax/b/c.txt"]);
        assert_eq!(read.by_index(0).expect("a file").unix_mode().map(|mode| mode & 0o777), Some(0o755));
    }
}
