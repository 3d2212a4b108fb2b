//! What the fuzz target of frames and values found worth keeping, on stable Rust.

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/src/frames.rs"]
mod frames;

#[test]
fn frames_and_values() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/frames");
    let mut count = 0;
    for file in fs::read_dir(corpus).expect("the target has a corpus") {
        frames::run(&fs::read(file.expect("an entry").path()).expect("a file"));
        count += 1;
    }
    assert!(count > 5, "only {count} files");
}
