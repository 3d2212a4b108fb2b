//! The file in which rust-analyzer sees a cell: what the session has defined, and the cell's text, in one function body.

/// What every cell has in scope before anything is defined.
const HEADER: &str = "#![allow(unused)]\n";
/// The same, where the notebook's own library is known.
const LIBRARY: &str = "use gradus_prelude::notebook::*;\n";
const BEGIN: &str = "async fn __cell() -> Result<(), Box<dyn std::error::Error>> {\n";
const END: &str = "\n;Ok(())\n}\n";

/// A cell in its surroundings.
pub struct Document {
    /// The whole file.
    pub text: String,
    /// Where the cell's text begins in it.
    pub offset: usize,
}

impl Document {
    /// Puts the file together.
    pub fn new(session: &str, code: &str, with_library: bool) -> Self {
        let library = if with_library { LIBRARY } else { "" };
        let before = format!("{HEADER}{library}{BEGIN}{session}\n");
        Self { offset: before.len(), text: before + code + END }
    }
}
