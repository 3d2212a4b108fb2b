//! What can be said of a cell by its words alone: `:commands`, and the names that the session and the cell have.

use std::collections::BTreeMap;

use gradus_engine::MimeBundle;

use crate::assistant::{Assistant, Candidate, Completions, Place};

/// Commands that every engine has, with what stands after them.
const COMMANDS: [(&str, &str); 10] = [
    ("vars", "the variables and their types"),
    ("type", "the type of an expression"),
    ("dep", "a crate from crates.io"),
    ("undo", "back to the state before the last cell"),
    ("clear", "forget everything"),
    ("opt", "optimisation of statements"),
    ("timing", "where each cell's time goes"),
    ("doc", "documentation of a path"),
    ("explain", "what an error means"),
    ("help", "all commands"),
];

/// Knows the `:commands`, and what the session and the cell declare; nothing of libraries, methods or fields.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionNames;

impl Assistant for SessionNames {
    fn complete(&mut self, place: &Place<'_>) -> Completions {
        commands(place).unwrap_or_else(|| complete(place))
    }

    fn inspect(&mut self, place: &Place<'_>, _detail: bool) -> Option<MimeBundle> {
        let text = inspect(place)?;
        Some([("text/plain".to_owned(), text.clone()), ("text/markdown".to_owned(), text)].into())
    }
}

/// Whether the cursor is at a command, and which ones fit.
pub fn commands(place: &Place<'_>) -> Option<Completions> {
    let line_start = place.code[..place.cursor].rfind('\n').map_or(0, |newline| newline + 1);
    let typed = place.code[line_start..place.cursor].trim_start().strip_prefix(':')?;
    if typed.starts_with(':') || typed.contains(char::is_whitespace) {
        return None;
    }
    let fitting = COMMANDS.iter().filter(|(name, _)| name.starts_with(typed));
    let candidates = fitting.map(|(name, what)| candidate(name, "command", what)).collect();
    Some(Completions { replaced: place.cursor - typed.len()..place.cursor, candidates })
}

/// Names of the session and the cell that begin like the word at the cursor.
pub fn complete(place: &Place<'_>) -> Completions {
    let before = &place.code[..place.cursor];
    let start = before
        .rfind(|letter| !is_word(letter))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let typed = &before[start..];
    let member = before[..start].ends_with(['.', ':']);
    if typed.is_empty() || member {
        return Completions { replaced: place.cursor..place.cursor, candidates: Vec::new() };
    }
    let mut names: BTreeMap<&str, (&str, String)> = BTreeMap::new();
    for source in [place.session_source, before] {
        for (name, kind, signature) in declarations(source) {
            if name.starts_with(typed) && name != typed {
                names.insert(name, (kind, signature));
            }
        }
    }
    let candidates = names.iter().map(|(name, (kind, signature))| candidate(name, kind, signature)).collect();
    Completions { replaced: start..place.cursor, candidates }
}

/// The declaration of the word at the cursor, as Markdown.
pub fn inspect(place: &Place<'_>) -> Option<String> {
    let before = &place.code[..place.cursor];
    let start = before
        .rfind(|letter| !is_word(letter))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let rest = &place.code[place.cursor..];
    let end = place.cursor + rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
    let word = &place.code[start..end];
    let member = before[..start].ends_with(['.', ':']) || place.code[end..].starts_with("::");
    if word.is_empty() || member {
        return None;
    }
    let lines: Vec<&str> = place.session_source.lines().collect();
    let at = lines.iter().rposition(|line| declared(line).is_some_and(|(name, _)| name == word))?;
    let above = lines[..at].iter().rev().take_while(|line| line.trim_start().starts_with("///")).count();
    let documentation: Vec<&str> =
        lines[at - above..at].iter().map(|line| line.trim_start().trim_start_matches("///").trim_start()).collect();
    let head = lines[at].trim().trim_end_matches(['{', ';']).trim_end();
    Some(format!("```rust\n{head}\n```\n\n{}", documentation.join("\n")).trim_end().to_owned())
}

/// Everything that is declared at the beginning of a line: name, kind, and its type or signature.
fn declarations(source: &str) -> impl Iterator<Item = (&str, &'static str, String)> {
    source.lines().filter_map(|line| {
        let (name, kind) = declared(line)?;
        let after = line.split_once(name).map_or("", |(_, after)| after);
        let signature = after.trim_start_matches(':').trim().trim_end_matches(['{', ';']).trim_end();
        let signature = if after.contains('=') && kind == "variable" { "" } else { signature };
        Some((name, kind, signature.to_owned()))
    })
}

fn declared(line: &str) -> Option<(&str, &'static str)> {
    let mut words = line.split_whitespace().flat_map(|word| word.split_inclusive(|letter| !is_word(letter)));
    let mut word = words.next()?;
    while ["pub", "async", "unsafe", "const"].contains(&word) && line.contains("fn ") {
        word = words.next()?;
    }
    let kind = match word {
        "let" => "variable",
        "fn" => "function",
        "struct" | "enum" | "trait" | "type" => "type",
        "const" | "static" => "constant",
        "mod" => "module",
        _ => return None,
    };
    let mut name = words.next()?;
    if name == "mut" {
        name = words.next()?;
    }
    let name = name.trim_end_matches(|letter| !is_word(letter));
    (!name.is_empty()).then_some((name, kind))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn candidate(text: &str, kind: &str, signature: &str) -> Candidate {
    Candidate { text: text.to_owned(), kind: kind.to_owned(), signature: signature.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "use std::fmt;\n/// Adds two numbers.\n/// Both of them.\nfn add_two(a: i32, b: i32) -> i32 {\n    a + b\n}\n\
                           let mut train_images: Vec<f64>;\nlet train_labels: Vec<usize>;\n";

    fn place(code: &str) -> Place<'_> {
        Place { code, cursor: code.len(), session_source: SESSION }
    }

    fn texts(completions: &Completions) -> Vec<&str> {
        completions.candidates.iter().map(|candidate| candidate.text.as_str()).collect()
    }

    #[test]
    fn names_of_the_session_and_of_the_cell() {
        let found = complete(&place("let total = 1;\nlet x = é + t"));
        assert_eq!(texts(&found), ["total", "train_images", "train_labels"]);
        assert_eq!(found.candidates[1].signature, "Vec<f64>");
        assert_eq!(&"let total = 1;\nlet x = é + t"[found.replaced], "t");
        assert_eq!(texts(&complete(&place("add"))), ["add_two"]);
        assert!(texts(&complete(&place("x.t"))).is_empty() && texts(&complete(&place("std::t"))).is_empty());
    }

    #[test]
    fn what_a_name_is() {
        let found = inspect(&place("1 + add_two")).unwrap();
        assert_eq!(found, "```rust\nfn add_two(a: i32, b: i32) -> i32\n```\n\nAdds two numbers.\nBoth of them.");
        assert!(inspect(&place("train_images")).unwrap().contains("Vec<f64>"));
        assert!(inspect(&place("x.add_two")).is_none() && inspect(&place("other")).is_none());
    }

    #[test]
    fn commands_at_the_beginning_of_a_line() {
        assert_eq!(texts(&commands(&place("1\n:ty")).unwrap()), ["type"]);
        assert!(commands(&place("Vec::ty")).is_none() && commands(&place(":type x")).is_none());
    }
}
