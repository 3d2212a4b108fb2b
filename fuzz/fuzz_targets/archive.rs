#![no_main]

#[path = "../src/notebook.rs"]
#[expect(dead_code, reason = "its own target is another")]
mod notebook;
#[path = "../src/archive.rs"]
mod target;

libfuzzer_sys::fuzz_target!(init: gradus_fuzz::let_panics_be_caught(), |bytes: &[u8]| target::run(bytes));
