//! What rustc prints with `--error-format=json`, as far as hints need it.

use serde::Deserialize;

/// One message of the compiler.
#[derive(Debug, Clone, Deserialize)]
pub struct Diagnostic {
    /// The first line.
    pub message: String,
    /// `error`, `warning`, and for children `note` and `help`.
    pub level: String,
    code: Option<Code>,
    /// The places that it is about.
    #[serde(default)]
    pub spans: Vec<Span>,
    /// Notes and suggestions.
    #[serde(default)]
    pub children: Vec<Diagnostic>,
    /// The whole message as the compiler shows it, with colours if it was asked for them.
    pub rendered: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Code {
    code: String,
}

/// A place in the source.
#[derive(Debug, Clone, Deserialize)]
pub struct Span {
    /// The file, as the compiler was told it.
    pub file_name: String,
    /// The first line, from 1.
    pub line_start: usize,
    /// The first column, from 1.
    pub column_start: usize,
    /// The last line.
    pub line_end: usize,
    /// The column after the last.
    pub column_end: usize,
    /// Whether it is the place of the error itself.
    pub is_primary: bool,
    /// What is written below it.
    pub label: Option<String>,
    /// What to write there instead.
    pub suggested_replacement: Option<String>,
    #[serde(default)]
    text: Vec<Line>,
}

#[derive(Debug, Clone, Deserialize)]
struct Line {
    text: String,
    highlight_start: usize,
    highlight_end: usize,
}

impl Diagnostic {
    /// The errors in what the compiler wrote, one JSON object a line; anything else is passed over, and so is the closing
    /// "aborting due to".
    pub fn parse(stderr: &str) -> Vec<Self> {
        stderr
            .lines()
            .filter_map(|line| serde_json::from_str::<Self>(line).ok())
            .filter(|diagnostic| diagnostic.level.starts_with("error"))
            .filter(|diagnostic| !diagnostic.message.starts_with("aborting due to"))
            .collect()
    }

    /// For example `E0308`; empty for syntax errors.
    pub fn code(&self) -> &str {
        self.code.as_ref().map_or("", |code| &code.code)
    }

    /// The place of the error itself.
    pub fn primary(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.is_primary)
    }

    /// The source at the place of the error itself.
    pub(crate) fn source(&self) -> &str {
        self.primary().map_or("", Span::source)
    }

    /// What is written below the place of the error itself.
    pub(crate) fn label(&self) -> &str {
        self.primary().and_then(|span| span.label.as_deref()).unwrap_or("")
    }

    /// The first place whose label contains `words`.
    pub(crate) fn labelled(&self, words: &str) -> Option<&Span> {
        self.spans.iter().find(|span| span.label.as_deref().is_some_and(|label| label.contains(words)))
    }

    /// The first note or suggestion that contains `words`.
    pub(crate) fn child(&self, words: &str) -> Option<&Diagnostic> {
        self.children.iter().find(|child| child.message.contains(words))
    }

    /// What the first suggestion that contains `words` would write.
    pub(crate) fn replacement(&self, words: &str) -> Option<&str> {
        self.child(words)?.spans.iter().find_map(|span| span.suggested_replacement.as_deref())
    }

    /// What stands between backticks in the message, for example the name of a variable.
    pub(crate) fn quoted(&self, index: usize) -> Option<&str> {
        quoted(&self.message, index)
    }
}

impl Span {
    /// The marked piece of the source's line; of its first line, if it has several.
    pub fn source(&self) -> &str {
        let Some(line) = self.text.first() else { return "" };
        let at = |column: usize| line.text.char_indices().nth(column - 1).map_or(line.text.len(), |(at, _)| at);
        line.text.get(at(line.highlight_start.max(1))..at(line.highlight_end.max(1))).unwrap_or("")
    }
}

/// The piece number `index` (from 0) of `text` that stands between backticks.
pub(crate) fn quoted(text: &str, index: usize) -> Option<&str> {
    text.split('`').skip(1).step_by(2).nth(index)
}
