#![no_main]

#[path = "../src/frames.rs"]
mod target;

libfuzzer_sys::fuzz_target!(init: gradus_fuzz::let_panics_be_caught(), |bytes: &[u8]| target::run(bytes));
