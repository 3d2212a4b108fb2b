//! The file in which rust-analyzer sees a cell: what the session has defined, and the cell's text, in one function body.

/// What every cell has in scope before anything is defined.
const HEADER: &str = "#![allow(unused)]\n";
/// The same, where the notebook's own library is known.
const LIBRARY: &str = "use gradus_prelude::notebook::*;\n";
const BEGIN: &str = "async fn __cell() -> Result<(), Box<dyn std::error::Error>> {\n";
/// A cell may define anew what the session has, so it is a block of its own.
const CELL: &str = "\n{\n";
const END: &str = "\n;}\nOk(())\n}\n";

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
        let before = format!("{HEADER}{library}{BEGIN}{session}{CELL}");
        Self { offset: before.len(), text: before + &without_commands(code) + END }
    }
}

/// The same bytes, with blanks for lines like `:dep x = "1"`; of `:type x` the expression stays.
fn without_commands(code: &str) -> String {
    let blank = |text: &str| text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect::<String>();
    let line = |line: &str| {
        let begins = line.trim_start();
        if !begins.starts_with(':') || begins.starts_with("::") {
            return line.to_owned();
        }
        match line.split_once(":type ") {
            Some((before, expression)) => blank(before) + "      " + expression,
            None => blank(line),
        }
    };
    code.split_inclusive('\n').map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cell_stands_where_the_offset_says() {
        let document = Document::new("let x: i32;", "é + x", true);
        assert!(document.text[document.offset..].starts_with("é + x\n"));
    }

    #[test]
    fn commands_are_blanks_of_the_same_length() {
        assert_eq!(without_commands(":dep é = \"1\"\n ::std::f()\n"), "             \n ::std::f()\n");
        assert_eq!(without_commands(":type x.a"), "      x.a");
    }
}
