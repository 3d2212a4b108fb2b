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
/// Notes kept of a message.
const NOTE_LIMIT: usize = 6;

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
    let foreign = raw.spans.iter().any(|span| own_line(span, file).is_none());
    let labels = spans.iter().filter_map(|(span, _)| span.label.clone());
    let children = raw
        .children
        .iter()
        .filter(|child| !foreign || child.spans.is_empty())
        .map(|child| format!("{}: {}", child.level, child.message));
    Diagnostic {
        code: raw.code.as_ref().map(|code| code.code.clone()),
        text: cut(&raw.message),
        lines: spans.iter().map(|(_, line)| *line).collect(),
        notes: labels.chain(children).take(NOTE_LIMIT).map(|note| cut(&note)).collect(),
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
    let mut short: String = text.chars().take(TEXT_LIMIT).collect();
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
    fn finds_the_students_line_behind_a_macro() {
        let stderr = r#"{"message":"no","level":"error","code":null,"spans":[{"file_name":"/lib/macros.rs","line_start":9,"is_primary":true,"label":null,"expansion":{"span":{"file_name":"student.rs","line_start":7,"is_primary":false,"label":null,"expansion":null}}}],"children":[]}"#;
        assert_eq!(parse(stderr.as_bytes(), "student.rs")[0].lines, [7]);
    }
}
