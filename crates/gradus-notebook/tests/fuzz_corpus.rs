//! What the fuzz targets found worth keeping, on stable Rust: the notebook reader and the zip reader get through all.

use std::fs;
use std::path::Path;

#[path = "../../../fuzz/src/archive.rs"]
mod archive;
#[path = "../../../fuzz/src/notebook.rs"]
mod notebook;

#[test]
fn notebooks_and_rust_files() {
    replay("notebook", notebook::run);
}

#[test]
fn archives() {
    replay("archive", archive::run);
}

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = fs::read_dir(corpus).expect("the target has a corpus");
    let mut count = 0;
    for file in files {
        run(&fs::read(file.expect("an entry").path()).expect("a file"));
        count += 1;
    }
    assert!(count > 5, "only {count} files");
}
