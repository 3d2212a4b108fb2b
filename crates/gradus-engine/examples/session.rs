//! Runs a file of cells, which lines of `%%` separate, and shows what comes out of each.
//!
//! `cargo run --release -p gradus-engine --example session -- FILE`

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::sync::mpsc;
use std::thread;

use gradus_engine::{Cell, Engine, Library, Options, RustcEngine};

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("which file of cells?")?;
    let text = std::fs::read_to_string(file)?;
    let root = Library::default_root();
    if Library::find(&root, None).is_err() {
        Library::build(&root, None, &mut |line| eprintln!("{line}"))?;
    }
    let (sender, events) = mpsc::sync_channel(64);
    let mut engine = RustcEngine::start(&Options { library_root: root, assignment: None }, sender)?;
    thread::spawn(move || {
        for event in events {
            println!("{event:?}");
        }
    });
    for (index, code) in text.split("\n%%\n").enumerate() {
        let cell =
            Cell { id: 0, execution_count: u32::try_from(index + 1)?, code: code.to_owned(), allow_stdin: false };
        match engine.execute(&cell) {
            Ok(success) => println!("[{}] {:?}", index + 1, success.value),
            Err(error) => println!("[{}] {error}\n{}", index + 1, error.traceback.join("\n")),
        }
    }
    Ok(())
}
