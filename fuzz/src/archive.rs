//! A zip archive, as a student could hand it in.

use gradus_notebook::{MAX_SOURCE_BYTES, read_submission_bytes};

use crate::notebook;

pub fn run(bytes: &[u8]) {
    let read = read_submission_bytes("work.zip", bytes.to_vec(), &notebook::WANTED, &["std", "ndarray"]);
    let Ok(submission) = read else { return };
    notebook::hold(&submission);
    let kept: usize = submission.fragments.iter().map(|fragment| fragment.text.len()).sum();
    assert!(kept as u64 <= MAX_SOURCE_BYTES);
}
