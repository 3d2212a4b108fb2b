//! What the fuzz targets share; each target's body is a file beside this one, which a test of the crate that it is
//! about includes too, to run it on the corpus with stable Rust.

/// The readers catch panics of parsers that are not ours, where libFuzzer would already have ended the process; a panic
/// that nobody catches still ends it.
pub fn let_panics_be_caught() {
    drop(std::panic::take_hook());
}
