//! Answers to questions, from rust-analyzer, which sees each cell as one file.

use std::io;

use ra_ap_ide::{
    AnalysisHost, CompletionItem, CompletionItemKind, FileId, FilePosition, FileRange, SymbolKind, TextRange, TextSize,
};
use ra_ap_ide_db::ChangeWithProcMacros;
use serde_json::{Value, json};

use crate::configuration;
use crate::loader::{self, Loaded};
use crate::question::{Ask, Candidate, Completions, Question};
use crate::session::Document;

/// Answers questions.
pub struct Analyser {
    host: AnalysisHost,
    cell: FileId,
    with_library: bool,
}

/// Candidates beyond this number help nobody.
const CANDIDATES: usize = 200;

impl Analyser {
    /// Loads the standard library and the crates that `package` links; of those, cells can name `crates`.
    pub fn load(package: Option<&str>, crates: &[String]) -> io::Result<Self> {
        let Loaded { change, cell, with_library } = loader::load(package, crates)?;
        let mut host = AnalysisHost::new(None);
        host.apply_change(change);
        let mut analyser = Self { host, cell, with_library };
        analyser.warm_up();
        Ok(analyser)
    }

    /// Answers one question.
    pub fn answer(&mut self, question: &Question) -> Value {
        if !question.code.is_char_boundary(question.cursor) {
            return json!({ "error": "the cursor is not between two characters of the code" });
        }
        match question.ask {
            Ask::Complete => json!(self.complete(question)),
            Ask::Inspect => json!({ "markdown": self.inspect(question) }),
        }
    }

    fn complete(&mut self, question: &Question) -> Completions {
        let document = self.show(&question.session, &question.code);
        let position = FilePosition { file_id: self.cell, offset: size(document.offset + question.cursor) };
        let items = self.host.analysis().completions(&configuration::completion(), position, None);
        let items = items.ok().flatten().unwrap_or_default();
        let Some(range) = items.first().map(|item| item.source_range) else {
            return Completions { start: question.cursor, end: question.cursor, candidates: Vec::new() };
        };
        let start = usize::from(range.start()).saturating_sub(document.offset).min(question.cursor);
        let typed = &question.code[start..question.cursor];
        let mut fitting: Vec<_> = items.iter().filter(|item| item.source_range == range && fits(item, typed)).collect();
        fitting.sort_by(|a, b| b.relevance.score().cmp(&a.relevance.score()).then_with(|| a.lookup().cmp(b.lookup())));
        let mut candidates: Vec<Candidate> = fitting.into_iter().filter_map(candidate).collect();
        candidates.dedup_by(|a, b| a.text == b.text);
        candidates.truncate(CANDIDATES);
        let end = usize::from(range.end()).saturating_sub(document.offset).clamp(question.cursor, question.code.len());
        Completions { start, end, candidates }
    }

    fn inspect(&mut self, question: &Question) -> Option<String> {
        let document = self.show(&question.session, &question.code);
        let code = &question.code;
        let (here, word, callee) =
            (Some(question.cursor), word_before(code, question.cursor), callee(code, question.cursor));
        let in_word = code[question.cursor..].starts_with(is_of_word);
        // Between the arguments of a call there is nothing to say but what is called.
        let places = if in_word || word.is_some() { [here, word, callee] } else { [callee, here, None] };
        let found = places.into_iter().flatten().find_map(|at| self.hover(document.offset + at, question.detail))?;
        Some(if question.detail { found } else { introduction(&found).to_owned() })
    }

    fn hover(&self, offset: usize, detail: bool) -> Option<String> {
        let range = FileRange { file_id: self.cell, range: TextRange::empty(size(offset)) };
        let found = self.host.analysis().hover(&configuration::hover(detail), range).ok()??;
        Some(found.info.markup.as_str().to_owned())
    }

    /// Puts a cell into its file.
    fn show(&mut self, session: &str, code: &str) -> Document {
        let document = Document::new(session, code, self.with_library);
        let mut change = ChangeWithProcMacros::default();
        change.change_file(self.cell, Some(document.text.clone()));
        self.host.apply_change(change);
        document
    }

    /// Has the libraries analysed before the first question.
    fn warm_up(&mut self) {
        let array = if self.with_library { "let a = ndarray::Array2::<f64>::zeros((2, 2)); a." } else { "vec![1.0]." };
        for code in ["Vec::<i32>::new().", array] {
            self.complete(&Question {
                id: 0,
                ask: Ask::Complete,
                session: String::new(),
                code: code.to_owned(),
                cursor: code.len(),
                detail: false,
            });
        }
    }
}

/// Whether a candidate begins like what is typed, and is meant for people.
fn fits(item: &CompletionItem, typed: &str) -> bool {
    let begins = item.lookup().get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    begins && !item.lookup().starts_with("__")
}

fn candidate(item: &CompletionItem) -> Option<Candidate> {
    let edit = item.text_edit.iter().find(|edit| edit.delete == item.source_range)?;
    Some(Candidate {
        text: edit.insert.clone(),
        kind: kind(item.kind),
        // rustc leaves out the standard allocator too.
        signature: item.detail.clone().unwrap_or_default().replace(", Global>", ">"),
    })
}

fn kind(kind: CompletionItemKind) -> &'static str {
    match kind {
        CompletionItemKind::Binding => "variable",
        CompletionItemKind::BuiltinType | CompletionItemKind::InferredType => "type",
        CompletionItemKind::Keyword => "keyword",
        CompletionItemKind::Snippet => "snippet",
        CompletionItemKind::UnresolvedReference | CompletionItemKind::Expression => "expression",
        CompletionItemKind::SymbolKind(kind) => match kind {
            SymbolKind::Function | SymbolKind::Method => "function",
            SymbolKind::Struct | SymbolKind::Union => "struct",
            SymbolKind::Enum => "enum",
            SymbolKind::Variant => "variant",
            SymbolKind::Field => "field",
            SymbolKind::Trait => "trait",
            SymbolKind::Module | SymbolKind::CrateRoot => "module",
            SymbolKind::Macro | SymbolKind::ProcMacro | SymbolKind::Attribute | SymbolKind::Derive => "macro",
            SymbolKind::Const | SymbolKind::Static | SymbolKind::ConstParam => "constant",
            SymbolKind::Local | SymbolKind::ValueParam | SymbolKind::SelfParam => "variable",
            _ => "type",
        },
    }
}

/// What stands before the documentation's first heading: examples and details come behind it.
fn introduction(markdown: &str) -> &str {
    let mut in_code = false;
    let mut at = 0;
    for line in markdown.split_inclusive('\n') {
        in_code ^= line.starts_with("```");
        if !in_code && line.starts_with('#') {
            return markdown[..at].trim_end();
        }
        at += line.len();
    }
    markdown
}

/// A place inside the word, or the name of a macro, that ends at the cursor.
fn word_before(code: &str, cursor: usize) -> Option<usize> {
    let before = code[..cursor].strip_suffix('!').unwrap_or(&code[..cursor]);
    let letter = before.char_indices().next_back()?;
    is_of_word(letter.1).then_some(letter.0)
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The name of the function in whose brackets the cursor is.
fn callee(code: &str, cursor: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, letter) in code[..cursor].char_indices().rev() {
        match letter {
            ')' => depth += 1,
            '(' if depth == 0 => return word_before(code, at),
            '(' => depth -= 1,
            ';' | '{' | '}' => return None,
            _ => {}
        }
    }
    None
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).expect("a cell has less than 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_introduction_ends_at_a_heading_outside_of_code() {
        assert_eq!(
            introduction("```rust\n#[inline]\nfn f()\n```\n\nDoes.\n\n# Examples\n\n1"),
            "```rust\n#[inline]\nfn f()\n```\n\nDoes."
        );
        assert_eq!(introduction("Does."), "Does.");
    }

    #[test]
    fn the_function_around_the_cursor() {
        assert_eq!(callee("f(g(1), ", 8), Some(0));
        assert_eq!(callee("f(1); ", 6), None);
        assert_eq!(callee("vec!(", 5), Some(2));
    }
}
