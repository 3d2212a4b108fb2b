//! What can be told from tokens alone, without a parse and without recursion.

use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree, token_stream};

use crate::deep_stack::with_own_spans;

/// Every token tree at any depth, a bracket pair before what is in it.
pub(crate) fn flatten(tokens: TokenStream) -> impl Iterator<Item = TokenTree> {
    let mut levels: Vec<token_stream::IntoIter> = vec![tokens.into_iter()];
    std::iter::from_fn(move || {
        while let Some(level) = levels.last_mut() {
            match level.next() {
                Some(tree) => {
                    if let TokenTree::Group(group) = &tree {
                        levels.push(group.stream().into_iter());
                    }
                    return Some(tree);
                }
                None => {
                    levels.pop();
                }
            }
        }
        None
    })
}

/// An identifier as it is compared: `r#type` is `type`.
pub(crate) fn plain_name(ident: &impl ToString) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// Every identifier in `text`, also in macro calls and in inline format arguments such as `"{scale}"`.
pub(crate) fn mentions(text: &str) -> BTreeSet<String> {
    let Ok(tokens) = TokenStream::from_str(text) else { return words(text).map(str::to_owned).collect() };
    let mut found = BTreeSet::new();
    for tree in flatten(tokens) {
        match tree {
            TokenTree::Ident(ident) => {
                found.insert(plain_name(&ident));
            }
            TokenTree::Literal(literal) => {
                let literal = literal.to_string();
                for part in literal.split('{').skip(1) {
                    found.extend(words(part).next().filter(|word| part.starts_with(word)).map(str::to_owned));
                }
            }
            TokenTree::Group(_) | TokenTree::Punct(_) => {}
        }
    }
    found
}

/// Whether `text` calls the macro `name!`; in comments and in text that is quoted it does not.
///
/// ```
/// use gradus_notebook::calls_macro;
///
/// assert!(calls_macro("fn f() -> f64 { todo!(\"question 1\") }", "todo"));
/// assert!(!calls_macro("fn f() -> f64 { 1.0 } // todo!", "todo"));
/// ```
#[must_use]
pub fn calls_macro(text: &str, name: &str) -> bool {
    let called = with_own_spans(|| {
        let mut trees = flatten(TokenStream::from_str(text).ok()?).peekable();
        while let Some(tree) = trees.next() {
            let exclamation = matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '!');
            if exclamation && matches!(&tree, TokenTree::Ident(ident) if ident == name) {
                return Some(true);
            }
        }
        Some(false)
    });
    // Brackets that do not match: the words themselves are all that there is.
    called.unwrap_or_else(|| text.contains(&format!("{name}!")))
}

/// The runs of identifier characters in `text`.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .filter(|word| word.chars().next().is_some_and(|first| !first.is_ascii_digit()))
}

/// The names of what look like items at the outermost level: what a macro call may define.
///
/// An item follows a `;`, a block, an attribute or a visibility; so `*const f64` in an expression is none.
pub(crate) fn seemingly_defined(tokens: TokenStream) -> Vec<String> {
    const BETWEEN: [&str; 7] = ["pub", "ref", "mut", "async", "unsafe", "extern", "crate"];
    let mut names = Vec::new();
    let mut at_start = true;
    let mut keyword = false;
    for tree in tokens {
        match &tree {
            TokenTree::Ident(ident) => {
                let word = ident.to_string();
                if DEFINING_KEYWORDS.contains(&word.as_str()) {
                    keyword |= at_start;
                } else if !BETWEEN.contains(&word.as_str()) {
                    if keyword {
                        names.push(plain_name(ident));
                    }
                    (at_start, keyword) = (false, false);
                }
            }
            TokenTree::Group(_) if !keyword => at_start = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => (at_start, keyword) = (true, false),
            TokenTree::Punct(punct) if punct.as_char() == '#' => {}
            TokenTree::Literal(_) if at_start => {} // `extern "C" fn`
            _ => (at_start, keyword) = (false, false),
        }
    }
    names
}

/// Keywords that the name of an item follows.
pub(crate) const DEFINING_KEYWORDS: [&str; 9] =
    ["fn", "struct", "enum", "union", "trait", "type", "const", "static", "mod"];

/// The fragment's function signature on one line, as in `fn scale(x: f64, by: f64) -> f64`.
pub(crate) fn signature(text: &str) -> Option<String> {
    const QUALIFIERS: [&str; 4] = ["const", "async", "unsafe", "extern"];
    let trees: Vec<TokenTree> = TokenStream::from_str(text).ok()?.into_iter().collect();
    let is_word = |index: usize, words: &[&str]| matches!(&trees[index], TokenTree::Ident(ident) if words.iter().any(|word| ident == word));
    let keyword = (0..trees.len()).find(|&index| is_word(index, &["fn"]))?;
    let mut start = keyword;
    while start > 0
        && (is_word(start - 1, &QUALIFIERS)
            || matches!(&trees[start - 1], TokenTree::Literal(_)) && start > 1 && is_word(start - 2, &["extern"]))
    {
        start -= 1;
    }
    let body = trees[keyword..].iter().position(|tree| match tree {
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    });
    let end = body.map_or(trees.len(), |offset| keyword + offset);
    let tokens: TokenStream = trees[start..end].iter().cloned().collect();
    Some(one_line(text, tokens))
}

/// The tokens with the spaces the student wrote, but no line breaks, comments or trailing commas.
fn one_line(text: &str, tokens: TokenStream) -> String {
    // Opening and closing brackets are pieces of their own, so that no recursion is needed.
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    for tree in flatten(tokens) {
        if let TokenTree::Group(group) = &tree {
            for bracket in [group.span_open().byte_range(), group.span_close().byte_range()] {
                pieces.push((bracket.start, bracket.end));
            }
        } else {
            let range = tree.span().byte_range();
            pieces.push((range.start, range.end));
        }
    }
    pieces.sort_unstable();
    let mut line = String::new();
    let mut last_end = None;
    for (start, end) in pieces {
        let Some(piece) = text.get(start..end) else { continue };
        let closes = matches!(piece, ")" | "]" | ">");
        if closes && line.ends_with(',') {
            line.pop();
        }
        let opened = line.ends_with(['(', '[', '<']);
        if last_end.is_some_and(|last| last < start) && !closes && !opened {
            line.push(' ');
        }
        line.push_str(piece);
        last_end = Some(end);
    }
    line
}

/// Adds `pub` in front of an item that can have a visibility and has none. No line number changes.
///
/// Looks at the first item of `text` only, as a fragment holds one. Anything else is returned unchanged:
/// `impl` blocks, imports, macros, foreign blocks, text that is not Rust. Fields keep their visibility.
///
/// ```
/// use gradus_notebook::make_public;
///
/// assert_eq!(make_public("/// Doubles.\nfn double(x: f64) -> f64 { 2.0 * x }"),
///            "/// Doubles.\npub fn double(x: f64) -> f64 { 2.0 * x }");
/// assert_eq!(make_public("pub(crate) struct Cache;"), "pub struct Cache;");
/// ```
#[must_use]
pub fn make_public(text: &str) -> String {
    match with_own_spans(|| visibility(text)) {
        Some((place, new)) if text.get(place.clone()).is_some() => {
            format!("{}{new}{}", &text[..place.start], &text[place.end..])
        }
        _ => text.to_owned(),
    }
}

/// What makes an item public: where, and what belongs there.
fn visibility(text: &str) -> Option<(Range<usize>, &'static str)> {
    let mut trees = TokenStream::from_str(text).ok()?.into_iter().peekable();
    while matches!(trees.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '#') {
        trees.next();
        trees.next_if(|tree| matches!(tree, TokenTree::Group(_)))?;
    }
    let first = trees.next()?;
    let start = first.span().byte_range().start;
    if matches!(&first, TokenTree::Ident(word) if word == "pub") {
        // `pub(crate)` and the like; a plain `pub` is enough.
        let restriction = trees.next_if(|tree| matches!(tree, TokenTree::Group(_)))?;
        return Some((start..restriction.span().byte_range().end, "pub"));
    }
    let place = (start..start, "pub ");
    let mut tree = first;
    loop {
        let TokenTree::Ident(ident) = &tree else { return None };
        let word = ident.to_string();
        let next = trees.next()?;
        match word.as_str() {
            "fn" | "struct" | "enum" | "type" | "static" | "trait" | "mod" => return Some(place),
            "union" => return matches!(next, TokenTree::Ident(_)).then_some(place),
            // `const NAME: ..` ends the search; `const fn` and `const unsafe fn` go on.
            "const" => match &next {
                TokenTree::Ident(name) if name == "_" => return None,
                TokenTree::Ident(name) if ["fn", "unsafe", "async", "extern"].iter().any(|word| name == word) => {
                    tree = next;
                }
                TokenTree::Ident(_) => return Some(place),
                _ => return None,
            },
            "async" | "unsafe" | "auto" => tree = next,
            "extern" => tree = if matches!(next, TokenTree::Literal(_)) { trees.next()? } else { next },
            _ => return None,
        }
    }
}
