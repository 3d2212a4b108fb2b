//! Zip archives: honest ones are read as folders are, and what no honest one has is refused with its reason.

use std::io::{Cursor, Write};

use gradus_notebook::{
    MAX_ARCHIVE_ENTRIES, MAX_RATIO, MAX_UNPACKED_BYTES, RECORD_NAME, Record, Submission, SubmissionError, Wanted, pack,
    read_submission, read_submission_bytes,
};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::common::{AVAILABLE, folder, notebook, notes};

const ANSWER: &str = "pub fn f() -> f64 { g() }\nfn g() -> f64 { 1.0 }\n";
const WANTED: [Wanted<'_>; 1] = [Wanted { function: "f", cell_id: Some("f") }];

/// An archive of files, and of symbolic links where the mode says so.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    archive_with(files, SimpleFileOptions::default())
}

fn archive_with(files: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        if name.ends_with('/') {
            writer.add_directory(*name, options).expect("a folder");
        } else {
            writer.start_file(*name, options).expect("an entry");
            writer.write_all(content).expect("its content");
        }
    }
    writer.finish().expect("an archive").into_inner()
}

fn read(bytes: Vec<u8>) -> Result<Submission, SubmissionError> {
    read_submission_bytes("work.zip", bytes, &WANTED, &AVAILABLE)
}

fn refused(bytes: Vec<u8>) -> String {
    let error = read(bytes).expect_err("an archive that is refused");
    format!("{error}\nhint: {}", error.hint())
}

#[test]
fn an_archive_is_read_as_the_folder_in_it_would_be() {
    let notebook = notebook(&[("f", ANSWER)]);
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (files, options) in [
        (vec![("work.rs", ANSWER.as_bytes())], SimpleFileOptions::default()),
        (vec![("work.ipynb", notebook.as_bytes())], stored),
        (
            vec![
                ("homework/", &b""[..]),
                ("homework/work.ipynb", notebook.as_bytes()),
                ("homework/data.csv", b"1,2"),
                ("homework/.ipynb_checkpoints/work.ipynb", b"{"),
                ("__MACOSX/homework/._work.ipynb", b"\0"),
            ],
            SimpleFileOptions::default(),
        ),
    ] {
        let submission = read(archive_with(&files, options)).expect("an honest archive");
        assert_eq!(submission.name, "work");
        assert_eq!(submission.fragments.len(), 2, "{files:?}");
        let answer = submission.answer("f").expect("an answer");
        assert_eq!(answer.origin.file, files.iter().find(|(name, _)| name.contains("work.")).expect("a file").0);
    }
    // From disk, as the program reads it.
    let folder = folder(&[("ada.zip", &archive(&[("work.rs", ANSWER.as_bytes())]))]);
    let submission = read_submission(&folder.path().join("ada.zip"), &WANTED, &AVAILABLE).expect("an archive");
    assert_eq!(submission.name, "ada");
}

/// A notebook that printed one line many times: honest, and as hard to tell from a bomb as can be.
#[test]
fn a_packed_notebook_is_read_whatever_its_outputs() {
    for lines in [0, 1, 1000, 100_000] {
        let text = vec!["again and again and again\n"; lines];
        let notebook = serde_json::json!({"nbformat": 4, "cells": [{"cell_type": "code", "id": "f", "source": ANSWER, "outputs": [{"text": text}]}]});
        let record = Record {
            assignment: "softmax".to_owned(),
            version: "1".to_owned(),
            notebook: "my work.ipynb".to_owned(),
            sha256: "0".to_owned(),
            time: "now".to_owned(),
        };
        let archive = pack(&record, notebook.to_string().as_bytes()).expect("an archive");
        let submission = read(archive.clone()).expect("what we have packed");
        assert_eq!(submission.answer("f").expect("an answer").origin.file, "my work.ipynb");
        assert!(submission.notes.is_empty(), "{:?}", submission.notes);
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
        let read: Record = serde_json::from_reader(archive.by_name(RECORD_NAME).expect("a record")).expect("JSON");
        assert_eq!(read, record);
    }
}

#[test]
fn what_is_left_out_is_said() {
    let files: [(&str, &[u8]); 4] =
        [("a.rs", ANSWER.as_bytes()), ("b.rs", b"\xff"), ("data.csv", b"1"), ("old/a.rs", ANSWER.as_bytes())];
    let submission = read(archive(&files)).expect("one file can be read");
    insta::assert_snapshot!(notes(&submission));
}

#[test]
fn what_no_honest_archive_has_is_refused_with_its_reason() {
    let answer = ANSWER.as_bytes();
    let link = {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("work.rs", "/etc/passwd", SimpleFileOptions::default()).expect("a link");
        writer.finish().expect("an archive").into_inner()
    };
    let mut encrypted = archive(&[("work.rs", answer)]);
    for header in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
        let at = encrypted.windows(4).position(|window| window == header).expect("a header");
        encrypted[at + if header[2] == 3 { 6 } else { 8 }] |= 1;
    }
    let many: Vec<_> = (0..300).map(|number| format!("{number}.rs")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), answer)).collect();
    let too_many: Vec<_> = (0..=MAX_ARCHIVE_ENTRIES).map(|number| format!("data/{number}")).collect();
    let too_many: Vec<_> = too_many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let export: Vec<_> = (0..3).map(|number| format!("assignment_7_export/submission_{number}/work.rs")).collect();
    let export: Vec<_> = export.iter().map(|name| (name.as_str(), answer)).collect();
    let cases = [
        b"PK".to_vec(),
        archive(&[("work.rs", answer)])[..60].to_vec(),
        archive(&[]),
        archive(&[("data.csv", b"1")]),
        archive(&[("../work.rs", answer)]),
        archive(&[("homework/../../work.rs", answer)]),
        archive(&[("..\\work.rs", answer)]),
        archive(&[("/tmp/work.rs", answer)]),
        archive(&[("C:\\work.rs", answer)]),
        link,
        encrypted,
        archive(&many),
        archive(&too_many),
        archive(&export),
    ];
    insta::assert_snapshot!(cases.map(refused).join("\n\n"));
}

#[test]
fn bombs_are_refused_by_ratio_and_by_size() {
    // A megabyte of spaces and more shrinks to a thousandth.
    let spaces = vec![b' '; 2 << 20];
    for name in ["work.rs", "data.csv", "folder/data.bin"] {
        let error = read(archive(&[("a.rs", ANSWER.as_bytes()), (name, &spaces)])).expect_err("a bomb");
        assert!(matches!(error, SubmissionError::ZipBomb { limit: MAX_RATIO, .. }), "{error}");
    }
    // Many small ones, each below what the ratio looks at.
    let names: Vec<_> = (0..150).map(|number| format!("data/{number}.csv")).collect();
    let small = vec![b' '; 1 << 20];
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), &small[..])).collect();
    let error = read(archive(&files)).expect_err("too much in all");
    assert!(matches!(error, SubmissionError::TooLarge { limit: MAX_UNPACKED_BYTES, .. }), "{error}");
}

#[test]
fn an_entry_that_says_it_is_smaller_than_it_is_gets_no_more_than_it_says() {
    let long = [ANSWER.as_bytes(), &vec![b'\n'; 1 << 20]].concat();
    let mut bytes = archive(&[("work.rs", &long)]);
    for header in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
        let at = bytes.windows(4).position(|window| window == header).expect("a header");
        let size = at + if header[2] == 3 { 22 } else { 24 };
        bytes[size..size + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    let error = read(bytes).expect_err("a lie about the size");
    assert!(matches!(error, SubmissionError::NotAnArchive { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_archives_are_errors_or_read(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = archive(&[("homework/work.rs", ANSWER.as_bytes()), ("homework/data.csv", &[7; 100])]);
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        let _ = read(bytes);
    }
}
