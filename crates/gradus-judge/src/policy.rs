//! The scan before compiling: what no exercise needs is refused with its line and a plain reason.
//!
//! This is a teaching device and keeps rustc from being asked for files; containment is the sandbox's, and does not
//! depend on it. The scan works on tokens, so comments and strings are free, and it looks into macros' arguments.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Something in the source that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line within the scanned text, from 1.
    pub line: usize,
    /// What it is.
    pub what: String,
    /// Why, and what to do instead.
    pub reason: &'static str,
}

const UNSAFE: &str = "no exercise needs it: everything can be written in safe Rust";
const LINKING: &str = "no exercise needs to reach below the language; remove it";
const FILES: &str = "an answer stands alone: it cannot read other files or the environment while compiling";
const CRATE: &str = "settings of the whole crate are the grader's; remove it";

/// Words that are refused wherever they stand.
const WORDS: [(&str, &str); 9] = [
    ("unsafe", UNSAFE),
    ("asm", LINKING),
    ("global_asm", LINKING),
    ("naked_asm", LINKING),
    ("no_mangle", LINKING),
    ("export_name", LINKING),
    ("link_section", LINKING),
    ("global_allocator", LINKING),
    ("proc_macro", LINKING),
];

/// Macros that are refused: names before a `!`, and in attributes.
const MACROS: [(&str, &str); 5] =
    [("include", FILES), ("include_str", FILES), ("include_bytes", FILES), ("env", FILES), ("option_env", FILES)];

/// Attributes that are refused.
const ATTRIBUTES: [(&str, &str); 8] = [
    ("path", FILES),
    ("link", LINKING),
    ("link_name", LINKING),
    ("feature", CRATE),
    ("crate_type", CRATE),
    ("recursion_limit", CRATE),
    ("type_length_limit", CRATE),
    ("no_std", CRATE),
];

/// The first thing in `text` that is refused, if any. Text that has no tokens is left for the compiler to refuse.
pub fn scan(text: &str) -> Option<Refusal> {
    let tokens: TokenStream = text.parse().ok()?;
    scan_tokens(tokens, false)
}

fn scan_tokens(tokens: TokenStream, in_attribute: bool) -> Option<Refusal> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (position, token) in tokens.iter().enumerate() {
        let next = tokens.get(position + 1);
        let found = match token {
            TokenTree::Ident(word) => {
                let name = word.to_string();
                let name = name.trim_start_matches("r#");
                refuse_word(name, &tokens[position + 1..], in_attribute).map(|(what, reason)| Refusal {
                    line: word.span().start().line,
                    what,
                    reason,
                })
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' => attribute(next, tokens.get(position + 2)),
            TokenTree::Group(group) => scan_tokens(group.stream(), false),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn refuse_word(name: &str, rest: &[TokenTree], in_attribute: bool) -> Option<(String, &'static str)> {
    let find = |list: &[(&str, &'static str)]| list.iter().find(|(word, _)| *word == name).map(|(_, reason)| *reason);
    if let Some(reason) = find(&WORDS) {
        return Some((format!("`{name}`"), reason));
    }
    let before_bang = matches!(rest.first(), Some(TokenTree::Punct(punct)) if punct.as_char() == '!')
        && matches!(rest.get(1), Some(TokenTree::Group(_)));
    if let Some(reason) = find(&MACROS)
        && (before_bang || in_attribute)
    {
        return Some((format!("`{name}!`"), reason));
    }
    if in_attribute && let Some(reason) = find(&ATTRIBUTES) {
        return Some((format!("the attribute `{name}`"), reason));
    }
    match (name, rest.first()) {
        ("extern", Some(TokenTree::Ident(next))) if next == "crate" => {
            Some(("`extern crate`".to_owned(), "the crates an answer may use are already there; write `use` alone"))
        }
        // `extern "C" fn` alone is harmless; a block declares foreign functions.
        ("extern", Some(TokenTree::Group(group))) if group.delimiter() == Delimiter::Brace => {
            Some(("an `extern` block".to_owned(), LINKING))
        }
        ("extern", Some(TokenTree::Literal(_))) if matches!(rest.get(1), Some(TokenTree::Group(_))) => {
            Some(("an `extern` block".to_owned(), LINKING))
        }
        _ => None,
    }
}

/// `#[...]` and `#![...]`.
fn attribute(next: Option<&TokenTree>, after: Option<&TokenTree>) -> Option<Refusal> {
    let group = match (next, after) {
        (Some(TokenTree::Group(group)), _) => group,
        (Some(TokenTree::Punct(bang)), Some(TokenTree::Group(group))) if bang.as_char() == '!' => group,
        _ => return None,
    };
    if group.delimiter() != Delimiter::Bracket {
        return None;
    }
    if let Some(refusal) = scan_tokens(group.stream(), true) {
        return Some(refusal);
    }
    // `#[allow(unsafe_code)]`, also inside `cfg_attr`.
    let mentions_lint = group.stream().to_string().contains("unsafe_code");
    mentions_lint.then(|| Refusal {
        line: group.span_open().start().line,
        what: "a change of the `unsafe_code` lint".to_owned(),
        reason: UNSAFE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<String> {
        scan(text).map(|refusal| format!("{}: {}", refusal.line, refusal.what))
    }

    #[test]
    fn refuses_what_no_exercise_needs_and_says_where() {
        for (text, expected) in [
            ("fn f() {\n    unsafe { g() }\n}", "2: `unsafe`"),
            ("const A: &str = include_str!(\"/etc/passwd\");", "1: `include_str!`"),
            ("#[doc = include_str!(\"x\")]\nfn f() {}", "1: `include_str!`"),
            ("macro_rules! m { () => { core::arch::asm!(\"\") } }", "1: `asm`"),
            ("fn f() { let _ = option_env!(\"SECRET\"); }", "1: `option_env!`"),
            ("\n#[path = \"x.rs\"] mod x;", "2: the attribute `path`"),
            ("#[link(name = \"m\")] extern \"C\" {}", "1: the attribute `link`"),
            ("extern \"C\" { fn f(); }", "1: an `extern` block"),
            ("extern crate std as other;", "1: `extern crate`"),
            ("#![recursion_limit = \"9999\"]", "1: the attribute `recursion_limit`"),
            ("#[cfg_attr(all(), allow(unsafe_code))] fn f() {}", "1: a change of the `unsafe_code` lint"),
            ("fn f() { println!(\"{}\", env!(\"HOME\")) }", "1: `env!`"),
        ] {
            assert_eq!(refused(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn lets_honest_code_pass() {
        for text in [
            "// unsafe in a comment\nfn f() { let include = 1; let env = include; let path = \"unsafe\"; }",
            "fn f(x: &Array2<f64>) { let _ = x.slice(s![.., 0]); azip!((a in x) *a += 1.0); }",
            "#[derive(Clone)] struct Cache { link: usize }\nimpl Cache { fn feature(&self) {} }",
            "#[allow(dead_code)] fn main() {}\n#[cfg(test)] mod tests { #[test] fn t() {} }",
            "extern \"C\" fn callback() {}",
        ] {
            assert_eq!(refused(text), None, "{text}");
        }
    }
}
