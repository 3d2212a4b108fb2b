//! The scan before compiling: what no exercise needs is refused with its line, a plain reason and a hint.
//!
//! This is a teaching device and keeps rustc from being asked for files; containment is the sandbox's, and does not
//! depend on it. The scan works on tokens, so comments and strings are free. It looks into macros, where it is stricter
//! outside the standard ones, since a macro can put together what it is given.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

#[cfg(test)]
#[path = "policy/tests.rs"]
mod tests;

/// Whether submissions are scanned, and compiled with the lint `unsafe_code`. What contains them is the same either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SourceScan {
    /// What no exercise needs is refused.
    #[default]
    On,
    /// Everything that compiles is called.
    Off,
}

/// Something in the source that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line within the scanned text, from 1.
    pub line: usize,
    /// What it is.
    pub what: String,
    /// Why.
    pub why: Why,
}

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It switches the compiler's checks off.
    Unsafe,
    /// It reaches below the language.
    Linking,
    /// It reads while compiling.
    Files,
    /// It is a setting of the whole crate.
    Crate,
    /// It brings a crate in.
    Import,
    /// It calls a macro that the scan cannot know.
    Hidden,
}

impl Why {
    /// The reason, in a student's words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unsafe => "no exercise needs it: everything can be written in safe Rust",
            Self::Linking => "no exercise needs to reach below the language",
            Self::Files => "an answer stands alone: it cannot read other files or the environment while compiling",
            Self::Crate => "settings of the whole crate are the grader's",
            Self::Import => "the crates that an answer may use are already there",
            Self::Hidden => "which macro this calls cannot be seen here",
        }
    }

    /// What to do.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Unsafe => "index with checks, or use ndarray's own methods and `azip!`",
            Self::Linking | Self::Crate => "remove it",
            Self::Files => "write what you need into the source, or take it as an argument",
            Self::Import => "write `use` alone",
            Self::Hidden => "write the macro's name out",
        }
    }
}

/// Words that are refused wherever they stand.
const WORDS: [(&str, Why); 15] = [
    ("unsafe", Why::Unsafe),
    ("unsafe_code", Why::Unsafe),
    ("asm", Why::Linking),
    ("global_asm", Why::Linking),
    ("naked_asm", Why::Linking),
    ("no_mangle", Why::Linking),
    ("export_name", Why::Linking),
    ("link_section", Why::Linking),
    ("global_allocator", Why::Linking),
    ("proc_macro", Why::Linking),
    ("proc_macro_derive", Why::Linking),
    ("proc_macro_attribute", Why::Linking),
    ("include_str", Why::Files),
    ("include_bytes", Why::Files),
    ("option_env", Why::Files),
];

/// Macros that are refused, whose names are also good names for other things.
const MACROS: [&str; 2] = ["include", "env"];

/// Attributes that are refused, besides all that begin with `link`.
const ATTRIBUTES: [(&str, Why); 17] = [
    ("path", Why::Files),
    ("naked", Why::Linking),
    ("used", Why::Linking),
    ("panic_handler", Why::Linking),
    ("lang", Why::Linking),
    ("start", Why::Linking),
    ("feature", Why::Crate),
    ("crate_name", Why::Crate),
    ("crate_type", Why::Crate),
    ("recursion_limit", Why::Crate),
    ("type_length_limit", Why::Crate),
    ("no_std", Why::Crate),
    ("no_core", Why::Crate),
    ("no_main", Why::Crate),
    ("no_builtins", Why::Crate),
    ("test_runner", Why::Crate),
    ("reexport_test_harness_main", Why::Crate),
];

/// Macros that use what they are given as it stands.
const PLAIN_MACROS: [&str; 30] = [
    "array",
    "assert",
    "assert_eq",
    "assert_ne",
    "azip",
    "concatenate",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "matches",
    "panic",
    "par_azip",
    "print",
    "println",
    "s",
    "stack",
    "thread_local",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
    "cfg",
    "stringify",
];

/// Keywords after which `!` negates.
const BEFORE_A_NOT: [&str; 12] =
    ["if", "while", "match", "return", "in", "else", "break", "let", "mut", "as", "move", "yield"];

/// The first thing in `text` that is refused, if any. Text that has no tokens is left for the compiler to refuse.
pub fn scan(text: &str) -> Option<Refusal> {
    let tokens = text.parse::<TokenStream>();
    let refusal = tokens.ok().and_then(scan_tokens);
    // The table of spans only grows, and no span is left.
    proc_macro2::extra::invalidate_current_thread_spans();
    refusal
}

/// Without recursion, since nesting is the submission's choice.
fn scan_tokens(tokens: TokenStream) -> Option<Refusal> {
    let mut open = vec![Level::new(tokens, false, false)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.tokens.get(level.position) else {
            open.pop();
            continue;
        };
        if let Some(refusal) = level.refuse(token) {
            return Some(refusal);
        }
        let below = match token {
            TokenTree::Group(group) => Some(Level::new(group.stream(), level.is_in_macro(), level.is_in_use())),
            _ => None,
        };
        level.position += 1;
        open.extend(below);
    }
    None
}

/// The tokens between two brackets, and how far they are scanned.
struct Level {
    tokens: Vec<TokenTree>,
    position: usize,
    /// Whether they are given to a macro that may do anything with them, or are such a macro's definition.
    in_macro: bool,
    /// Whether they are the names in a `use`.
    in_use: bool,
}

impl Level {
    fn new(tokens: TokenStream, in_macro: bool, in_use: bool) -> Self {
        Self { tokens: tokens.into_iter().collect(), position: 0, in_macro, in_use }
    }

    fn refuse(&self, token: &TokenTree) -> Option<Refusal> {
        let (line, what, why) = match token {
            TokenTree::Ident(word) => {
                let (what, why) = self.refuse_word(&name(&word.to_string()))?;
                (word.span().start().line, what, why)
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' => self.refuse_attribute()?,
            TokenTree::Punct(punct) if punct.as_char() == '$' => {
                let unknown = matches!(self.ahead(1), Some(TokenTree::Ident(_)))
                    && is_punct(self.ahead(2), '!')
                    && (matches!(self.ahead(3), Some(TokenTree::Group(_))) || is_punct(self.ahead(3), '$'));
                unknown.then(|| (punct.span().start().line, "a macro with a changing name".to_owned(), Why::Hidden))?
            }
            _ => return None,
        };
        Some(Refusal { line, what, why })
    }

    fn refuse_word(&self, word: &str) -> Option<(String, Why)> {
        if let Some((_, why)) = WORDS.iter().find(|(refused, _)| *refused == word) {
            let bang = if *why == Why::Files { "!" } else { "" };
            return Some((format!("`{word}{bang}`"), *why));
        }
        if MACROS.contains(&word) && self.may_call_it() {
            return Some((format!("`{word}!`"), Why::Files));
        }
        if self.in_macro && self.may_become_attribute() {
            return refused_attribute(word);
        }
        if word != "extern" {
            return None;
        }
        match (self.word(1).as_deref(), self.word(2).as_deref()) {
            (Some("crate"), _) => Some(("`extern crate`".to_owned(), Why::Import)),
            // A function with a foreign calling convention is harmless; a block declares foreign functions.
            (Some("fn"), _) => None,
            (_, Some("fn")) if matches!(self.ahead(1), Some(TokenTree::Literal(_))) => None,
            _ => Some(("an `extern` block".to_owned(), Why::Linking)),
        }
    }

    /// Whether the name here can be that of a macro that is called, here or under another name.
    fn may_call_it(&self) -> bool {
        let called = is_punct(self.ahead(1), '!') && !is_punct(self.ahead(2), '=');
        let renamed = self.word(1).as_deref() == Some("as") && self.is_in_use();
        let is_field = self.position > 0 && is_punct(self.tokens.get(self.position - 1), '.');
        called || renamed || self.in_macro && !is_field && !is_punct(self.ahead(1), ':')
    }

    /// Whether the name here is followed by `= "..."`, as in an attribute that a macro puts together.
    fn may_become_attribute(&self) -> bool {
        let before = self.position.checked_sub(1).and_then(|before| self.tokens.get(before));
        let is_variable = matches!(before, Some(TokenTree::Ident(word)) if word == "let" || word == "mut");
        is_punct(self.ahead(1), '=') && matches!(self.ahead(2), Some(TokenTree::Literal(_))) && !is_variable
    }

    /// Whether a `use` has begun and not ended, here or around the braces of its names.
    fn is_in_use(&self) -> bool {
        let before = &self.tokens[..self.position];
        let start = before.iter().rposition(|token| is_punct(Some(token), ';')).map_or(0, |end| end + 1);
        let is_use = |at: usize| matches!(&self.tokens[at], TokenTree::Ident(word) if word == "use");
        // `use<'a>` in a type says what it captures.
        self.in_use || (start..self.position).any(|at| is_use(at) && !is_punct(self.tokens.get(at + 1), '<'))
    }

    /// `#[...]` and `#![...]`, also inside `cfg_attr`.
    fn refuse_attribute(&self) -> Option<(usize, String, Why)> {
        let group = if is_punct(self.ahead(1), '!') { self.ahead(2) } else { self.ahead(1) };
        let Some(TokenTree::Group(group)) = group else { return None };
        if group.delimiter() != Delimiter::Bracket {
            return None;
        }
        let mut open = vec![group.stream()];
        while let Some(attribute) = open.pop() {
            let tokens: Vec<TokenTree> = attribute.into_iter().collect();
            let path = tokens.iter().take_while(|token| is_in_path(token)).count();
            let Some(TokenTree::Ident(word)) = path.checked_sub(1).map(|last| &tokens[last]) else { continue };
            let name = name(&word.to_string());
            if let Some((what, why)) = refused_attribute(&name) {
                return Some((word.span().start().line, what, why));
            }
            if name == "cfg_attr"
                && let Some(TokenTree::Group(inner)) = tokens.get(path)
            {
                let inner: Vec<TokenTree> = inner.stream().into_iter().collect();
                let attributes = inner.split(|token| is_punct(Some(token), ',')).skip(1);
                open.extend(attributes.map(|attribute| attribute.iter().cloned().collect::<TokenStream>()));
            }
        }
        None
    }

    /// Whether what stands in the group here is given to a macro that may do anything with it.
    fn is_in_macro(&self) -> bool {
        let before = |count: usize| self.position.checked_sub(count).and_then(|at| self.tokens.get(at));
        let called = match (before(2), before(1), before(3)) {
            (Some(TokenTree::Ident(word)), Some(bang), _) if is_punct(Some(bang), '!') => Some(word),
            // `macro_rules! name { ... }`
            (Some(bang), Some(TokenTree::Ident(_)), Some(TokenTree::Ident(word))) if is_punct(Some(bang), '!') => {
                Some(word)
            }
            _ => None,
        };
        let unknown = |word: &str| !PLAIN_MACROS.contains(&word) && !BEFORE_A_NOT.contains(&word);
        self.in_macro || called.is_some_and(|word| unknown(&word.to_string()))
    }

    fn ahead(&self, count: usize) -> Option<&TokenTree> {
        self.tokens.get(self.position + count)
    }

    fn word(&self, ahead: usize) -> Option<String> {
        match self.ahead(ahead) {
            Some(TokenTree::Ident(word)) => Some(name(&word.to_string())),
            _ => None,
        }
    }
}

fn refused_attribute(name: &str) -> Option<(String, Why)> {
    let listed = ATTRIBUTES.iter().find(|(refused, _)| *refused == name).map(|(_, why)| *why);
    let why = listed.or_else(|| name.starts_with("link").then_some(Why::Linking))?;
    Some((format!("the attribute `{name}`"), why))
}

/// Part of `core::prelude::v1::test`, an attribute's name.
fn is_in_path(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(_)) || is_punct(Some(token), ':')
}

/// A raw identifier names the same macro or attribute.
fn name(word: &str) -> String {
    word.trim_start_matches("r#").to_owned()
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}
