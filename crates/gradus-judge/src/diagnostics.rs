//! What rustc prints with `--error-format=json`, reduced to what a student should read.
//!
//! Nothing of a file that is not the student's gets through: neither its lines nor its name.

use serde::Deserialize;

/// One error of the compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// For example `E0308`.
    pub code: Option<String>,
    /// The message.
    pub text: String,
    /// The lines of the compiled file that it points at, the most important first.
    pub lines: Vec<usize>,
    /// Labels, notes and help.
    pub notes: Vec<String>,
}

/// Characters kept of a message or a note.
const TEXT_LIMIT: usize = 600;
/// Lines kept of a message or a note.
const LINE_LIMIT: usize = 4;
/// Notes kept of a message.
const NOTE_LIMIT: usize = 6;

/// How notes begin that list what the library has, or say where the compiler put a file.
const DROPPED: [&str; 7] = [
    "the following other types implement",
    "the following type implements",
    "the following types implement",
    "the full name for the type has been written to",
    "the full type name has been written to",
    "consider using `--verbose`",
    "there are multiple different versions of crate",
];

/// Said instead of a message about a file that is not the student's, since such a message quotes it.
const FOREIGN: &str = "an error in a file that is not part of the submission";

#[derive(Deserialize)]
struct Raw {
    message: String,
    level: String,
    code: Option<RawCode>,
    #[serde(default)]
    spans: Vec<RawSpan>,
    #[serde(default)]
    children: Vec<Raw>,
}

#[derive(Deserialize)]
struct RawCode {
    code: String,
}

#[derive(Deserialize)]
struct RawSpan {
    file_name: String,
    line_start: usize,
    is_primary: bool,
    label: Option<String>,
    expansion: Option<Box<RawExpansion>>,
}

#[derive(Deserialize)]
struct RawExpansion {
    span: RawSpan,
    #[serde(default)]
    macro_decl_name: String,
}

/// The errors in `stderr`, of which those that point into `file` carry lines.
pub fn parse(stderr: &[u8], file: &str) -> Vec<Diagnostic> {
    String::from_utf8_lossy(stderr)
        .lines()
        .filter_map(|line| serde_json::from_str::<Raw>(line).ok())
        .filter(|raw| raw.level.starts_with("error"))
        .filter(|raw| !raw.message.starts_with("aborting due to"))
        .map(|raw| digest(&raw, file))
        .collect()
}

fn digest(raw: &Raw, file: &str) -> Diagnostic {
    let mut spans: Vec<_> = raw.spans.iter().filter_map(|span| Some((span, own_line(span, file)?))).collect();
    spans.sort_by_key(|(span, _)| !span.is_primary);
    let lines = spans.iter().map(|(_, line)| *line).collect();
    let code = raw.code.as_ref().map(|code| code.code.clone());
    if raw.spans.iter().any(|span| span.is_primary && quotes_another_file(span, file)) {
        return Diagnostic { code, text: FOREIGN.to_owned(), lines, notes: Vec::new() };
    }
    let foreign = raw.spans.iter().any(|span| own_line(span, file).is_none());
    let labels =
        spans.iter().filter(|(span, _)| !quotes_another_file(span, file)).filter_map(|(span, _)| span.label.clone());
    let children = raw
        .children
        .iter()
        .filter(|child| !foreign || child.spans.is_empty())
        .filter(|child| !DROPPED.iter().any(|start| child.message.starts_with(start)))
        .map(|child| format!("{}: {}", child.level, child.message));
    let notes = labels.chain(children).take(NOTE_LIMIT).map(|note| cut(&note)).collect();
    Diagnostic { code, text: cut(&raw.message), lines, notes }
}

/// Whether what a span points at is the text of a file that the student's file brings in. The text of a macro of the
/// library is none: the message is about what the student gave it.
fn quotes_another_file(span: &RawSpan, file: &str) -> bool {
    match &span.expansion {
        _ if span.file_name == file => false,
        None => true,
        Some(expansion) => {
            expansion.macro_decl_name.starts_with("include") || quotes_another_file(&expansion.span, file)
        }
    }
}

/// The line in `file` that a span stands for: its own, or that of the macro call it came from.
fn own_line(span: &RawSpan, file: &str) -> Option<usize> {
    if span.file_name == file {
        return Some(span.line_start);
    }
    span.expansion.as_ref().and_then(|expansion| own_line(&expansion.span, file))
}

fn cut(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').take(LINE_LIMIT).collect();
    let mut short: String = lines.join("\n").chars().take(TEXT_LIMIT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_points_into_the_students_file_and_drops_the_rest() {
        let stderr = concat!(
            r#"{"message":"mismatched types","level":"error","code":{"code":"E0308"},"spans":[{"file_name":"other.rs","line_start":9,"is_primary":false,"label":"root:x:0","expansion":null},{"file_name":"student.rs","line_start":4,"is_primary":true,"label":"expected `f64`","expansion":null}],"children":[{"message":"root:x:0","level":"help","spans":[{"file_name":"other.rs","line_start":1,"is_primary":true,"label":null,"expansion":null}],"children":[],"code":null}]}"#,
            "\n",
            r#"{"message":"unused","level":"warning","code":null,"spans":[],"children":[]}"#,
            "\n",
            r#"{"message":"aborting due to 1 previous error","level":"error","code":null,"spans":[],"children":[]}"#,
        );
        let found = parse(stderr.as_bytes(), "student.rs");
        assert_eq!(
            found,
            [Diagnostic {
                code: Some("E0308".to_owned()),
                text: "mismatched types".to_owned(),
                lines: vec![4],
                notes: vec!["expected `f64`".to_owned()],
            }]
        );
    }

    #[test]
    fn says_nothing_of_what_a_file_brought_in_holds() {
        let stderr = r#"{"message":"cannot find value `root` in this scope","level":"error","code":{"code":"E0425"},"spans":[{"file_name":"/etc/passwd","line_start":1,"is_primary":true,"label":"root:x:0","expansion":{"span":{"file_name":"student.rs","line_start":2,"is_primary":false,"label":null,"expansion":null},"macro_decl_name":"include!"}}],"children":[{"message":"root:x:0","level":"help","spans":[],"children":[],"code":null}]}"#;
        let found = parse(stderr.as_bytes(), "student.rs");
        let code = Some("E0425".to_owned());
        assert_eq!(found, [Diagnostic { code, text: FOREIGN.to_owned(), lines: vec![2], notes: Vec::new() }]);
    }

    #[test]
    fn lists_of_the_librarys_types_are_left_out_and_long_notes_cut() {
        let child =
            |message: &str| format!(r#"{{"message":"{message}","level":"help","spans":[],"children":[],"code":null}}"#);
        let stderr = format!(
            r#"{{"message":"no","level":"error","code":null,"spans":[],"children":[{},{}]}}"#,
            child("the following other types implement trait `A`:\\n  B\\n  C"),
            child("1\\n2\\n3\\n4\\n5"),
        );
        assert_eq!(parse(stderr.as_bytes(), "student.rs")[0].notes, ["help: 1\n2\n3\n4…"]);
    }

    #[test]
    fn finds_the_students_line_behind_a_macro() {
        let stderr = r#"{"message":"no","level":"error","code":null,"spans":[{"file_name":"/lib/macros.rs","line_start":9,"is_primary":true,"label":null,"expansion":{"span":{"file_name":"student.rs","line_start":7,"is_primary":false,"label":null,"expansion":null}}}],"children":[]}"#;
        assert_eq!(parse(stderr.as_bytes(), "student.rs")[0].lines, [7]);
    }
}
