//! From one source text to its top-level items; a broken item costs only itself.
//!
//! Which of the items count is left to [`crate::select`].

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Block, Stmt};

use crate::deep_stack::{MAX_NESTING, nesting_bound};
use crate::fragment::ParseFault;
use crate::item::{self, Described};
use crate::lines::Lines;
use crate::recover::recover;

/// A top-level item, or source that seems to be one.
pub(crate) struct Piece {
    /// Bytes in the source text.
    pub range: Range<usize>,
    pub content: Result<Described, Broken>,
}

/// Source that is not Rust as it stands.
pub(crate) struct Broken {
    /// Functions it seems to define.
    pub functions: Vec<String>,
    /// Everything it seems to define.
    pub defines: Vec<String>,
    pub error: ParseFault,
}

/// The items of `text`. Statements, expressions and kernel commands are experiments and left out.
pub(crate) fn split(text: &str) -> Vec<Piece> {
    let masked = without_commands(text);
    match parse(&masked) {
        Ok(pieces) => pieces,
        Err(error) => recover(&masked, &error),
    }
}

/// The items of `source` if all of it parses.
pub(crate) fn parse(source: &str) -> Result<Vec<Piece>, ParseFault> {
    // Nothing keeps spans from one parse to the next, and the table of them only grows.
    proc_macro2::extra::invalidate_current_thread_spans();
    // The parser is not ours; whatever it does with hostile input, the submission gets a verdict.
    catch_unwind(AssertUnwindSafe(|| parse_unguarded(source))).unwrap_or_else(|_| {
        Err(ParseFault { line: 1, column: 1, message: "the parser gave up on this source".to_owned() })
    })
}

fn parse_unguarded(source: &str) -> Result<Vec<Piece>, ParseFault> {
    let tokens = TokenStream::from_str(source).map_err(|error| ParseFault {
        line: error.span().start().line.max(1),
        column: error.span().start().column + 1,
        message: "a bracket, quote or comment is not closed, or a character does not belong here".to_owned(),
    })?;
    if nesting_bound(tokens.clone()) > MAX_NESTING {
        return Err(ParseFault { line: 1, column: 1, message: "the source is nested too deeply".to_owned() });
    }
    let parser = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_inner)?, input.call(Block::parse_within)?));
    let (attributes, statements) = parser.parse2(tokens).map_err(|error| syntax_fault(source, &error))?;
    let mut pieces = Vec::new();
    for attribute in &attributes {
        if let Some(described) = item::inner_attribute(attribute) {
            pieces.push(Piece { range: attribute.span().byte_range(), content: Ok(described) });
        }
    }
    for statement in &statements {
        let range = statement.span().byte_range();
        let described = match statement {
            Stmt::Item(item) => item::describe(item, range.start),
            Stmt::Macro(call) => item::macro_call(&call.mac),
            Stmt::Local(_) | Stmt::Expr(..) => continue,
        };
        if source.get(range.clone()).is_some_and(|text| !text.is_empty()) {
            pieces.push(Piece { range, content: Ok(described) });
        }
    }
    Ok(pieces)
}

fn syntax_fault(source: &str, error: &syn::Error) -> ParseFault {
    let span = error.span();
    let (line, column) = if span.byte_range().is_empty() {
        // Without a token to point at, the fault is that the source ends.
        Lines::new(source).position(source, source.trim_end().len())
    } else {
        (span.start().line, span.start().column + 1)
    };
    ParseFault { line, column, message: error.to_string() }
}

/// The text with kernel commands, magics and a shebang replaced by spaces, byte for byte.
///
/// Commands stand at the start of a line: `:dep ndarray = "0.17"`, `%%time`.
fn without_commands(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let mut characters = line.chars();
        let is_command = match (characters.next(), characters.next()) {
            (Some(':'), Some(second)) => second.is_ascii_lowercase() || second == '?',
            (Some('%'), Some(second)) => second.is_ascii_lowercase() || second == '%',
            (Some('#'), Some('!')) => index == 0 && !characters.as_str().trim_start().starts_with('['),
            _ => false,
        };
        for character in line.chars() {
            let blank = character == '\u{FEFF}' && masked.is_empty() || is_command && !matches!(character, '\n' | '\r');
            if blank {
                masked.extend(std::iter::repeat_n(' ', character.len_utf8()));
            } else {
                masked.push(character);
            }
        }
    }
    masked
}
