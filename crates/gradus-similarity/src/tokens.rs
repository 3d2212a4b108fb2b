//! Source text as a row of tokens in which only what a copyist cannot change without effort is left.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree, token_stream};

/// A token without its name or value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: u64,
    /// The line it stands in, from 0.
    pub line: usize,
}

/// The words of the language and the names of its own types: nobody can rename them.
#[rustfmt::skip]
const WORDS: [&str; 52] = [
    "as", "async", "await", "bool", "break", "char", "const", "continue", "crate", "dyn", "else", "enum", "f32", "f64",
    "false", "fn", "for", "i128", "i16", "i32", "i64", "i8", "if", "impl", "in", "isize", "let", "loop", "match", "mod",
    "move", "mut", "pub", "ref", "return", "Self", "self", "static", "str", "struct", "super", "trait", "true", "type",
    "u16", "u32", "u64", "u8", "usize", "use", "where", "while",
];

/// The tokens of `text`. What is not Rust is taken word by word.
pub fn tokens(text: &str) -> Vec<Token> {
    match TokenStream::from_str(text) {
        Ok(stream) => read(stream),
        Err(_) => words(text),
    }
}

/// One level of brackets.
struct Level {
    trees: std::iter::Peekable<token_stream::IntoIter>,
    end: Option<(&'static str, Span)>,
    /// Whether the last token was a dot or the end of `::`: a name after it is somebody else's.
    after_path: bool,
}

fn read(stream: TokenStream) -> Vec<Token> {
    let mut levels = vec![Level { trees: stream.into_iter().peekable(), end: None, after_path: false }];
    let mut found = Vec::new();
    while let Some(level) = levels.last_mut() {
        let Some(tree) = level.trees.next() else {
            found.extend(level.end.map(|(end, span)| token(end, span)));
            levels.pop();
            continue;
        };
        let after_path = std::mem::take(&mut level.after_path);
        match tree {
            // Attributes, and comments that are documentation.
            TokenTree::Punct(punct) if punct.as_char() == '#' => skip_attribute(level),
            TokenTree::Punct(punct) => {
                let colon_before = || found.last().is_some_and(|last: &Token| last.kind == kind(":"));
                level.after_path = punct.as_char() == '.' || punct.as_char() == ':' && colon_before();
                found.push(token(punct.as_char().encode_utf8(&mut [0; 4]), punct.span()));
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let class = if text.starts_with(|first: char| first.is_ascii_digit()) { "number" } else { "text" };
                found.push(token(class, literal.span()));
            }
            TokenTree::Ident(ident) => {
                let before_path =
                    matches!(level.trees.peek(), Some(TokenTree::Punct(next)) if "!:".contains(next.as_char()));
                found.push(token(&name(&ident, after_path || before_path && starts_large(&ident)), ident.span()));
            }
            TokenTree::Group(group) => levels.push(open(&group, &mut found)),
        }
    }
    found
}

fn skip_attribute(level: &mut Level) {
    level.trees.next_if(|tree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '!'));
    level.trees.next_if(|tree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket));
}

fn open(group: &Group, found: &mut Vec<Token>) -> Level {
    let ends = match group.delimiter() {
        Delimiter::Parenthesis => Some(["(", ")"]),
        Delimiter::Brace => Some(["{", "}"]),
        Delimiter::Bracket => Some(["[", "]"]),
        Delimiter::None => None,
    };
    found.extend(ends.map(|[start, _]| token(start, group.span_open())));
    let end = ends.map(|[_, end]| (end, group.span_close()));
    Level { trees: group.stream().into_iter().peekable(), end, after_path: false }
}

/// A name that is the library's or the language's stays; one that the student chose is any name.
fn name(ident: &Ident, is_path: bool) -> String {
    let text = ident.to_string();
    if is_path || WORDS.contains(&text.as_str()) { text } else { "name".to_owned() }
}

fn starts_large(ident: &Ident) -> bool {
    ident.to_string().starts_with(char::is_uppercase)
}

fn token(text: &str, span: Span) -> Token {
    Token { kind: kind(text), line: span.start().line.saturating_sub(1) }
}

fn kind(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn words(text: &str) -> Vec<Token> {
    let of_line = |(line, text): (usize, &str)| {
        let code = text.split("//").next().unwrap_or_default();
        let pieces = code.split(|c: char| c.is_whitespace()).filter(|piece| !piece.is_empty());
        pieces.map(|piece| Token { kind: kind(piece), line }).collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<u64> {
        tokens(text).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn names_numbers_and_comments_do_not_count() {
        let one = "fn f(scores: &Array2<f64>) -> f64 { let m = scores.sum(); m / 2.0 } // half";
        let other = "/// Doc.\n#[inline]\nfn g(z: &Array2<f64>) -> f64 {\n  let total = z.sum();\n  total / 3.5\n}";
        assert_eq!(kinds(one), kinds(other));
    }

    #[test]
    fn what_the_library_calls_its_things_counts() {
        assert_ne!(kinds("a.sum()"), kinds("a.product()"));
        assert_ne!(kinds("Array1::zeros(3)"), kinds("Array1::ones(3)"));
        assert_ne!(kinds("f64::MAX"), kinds("f64::MIN"));
        assert_ne!(kinds("a + b"), kinds("a - b"));
        assert_eq!(kinds("helper(a)"), kinds("other(b)"));
    }

    #[test]
    fn a_token_knows_its_line() {
        let lines: Vec<_> = tokens("fn f() {\n    g(\n    );\n}").into_iter().map(|token| token.line).collect();
        assert_eq!(lines, [0, 0, 0, 0, 0, 1, 1, 2, 2, 3]);
    }

    #[test]
    fn what_is_not_rust_is_taken_word_by_word() {
        assert_eq!(kinds("let x = \"open"), [kind("let"), kind("x"), kind("="), kind("\"open")]);
        assert!(tokens("").is_empty());
    }
}
