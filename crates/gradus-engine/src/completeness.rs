//! Whether a cell's text is finished, for consoles that send line by line.

use crate::contract::Completeness;

/// Decides by brackets, strings and comments, and by whether it parses.
pub fn completeness(code: &str) -> Completeness {
    let (_, code) = crate::cell::split_commands(code);
    let scan = scan(&code);
    if scan.mismatched {
        return Completeness::Invalid;
    }
    if scan.depth > 0 || scan.unfinished {
        return Completeness::Incomplete { indent: "    ".repeat(scan.depth) };
    }
    if syn::parse_str::<syn::Block>(&format!("{{\n{code}\n}}")).is_ok() {
        return Completeness::Complete;
    }
    // `let x =` goes on; `let x = 1` lacks a semicolon, which running it says best.
    let last = code.trim_end().chars().last();
    match last {
        Some('=' | '+' | '-' | '*' | '/' | '.' | ',' | '&' | '|' | '<' | ':') => {
            Completeness::Incomplete { indent: "    ".to_owned() }
        }
        _ if syn::parse_str::<syn::Block>(&format!("{{\n{code}\n;}}")).is_ok() => Completeness::Complete,
        _ => Completeness::Invalid,
    }
}

struct Scan {
    depth: usize,
    /// Inside a string or comment.
    unfinished: bool,
    mismatched: bool,
}

fn scan(code: &str) -> Scan {
    let bytes = code.as_bytes();
    let mut open = Vec::new();
    let mut scan = Scan { depth: 0, unfinished: false, mismatched: false };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &code.as_bytes()[at..];
        let skip = if rest.starts_with(b"//") {
            Some(rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()))
        } else if rest.starts_with(b"/*") {
            block_comment(rest)
        } else if let Some(hashes) = raw_string(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 2;
            rest[body..]
                .windows(end.len())
                .position(|part| part == end.as_bytes())
                .map(|found| body + found + end.len())
        } else if rest[0] == b'"' {
            string(rest)
        } else if rest[0] == b'\'' {
            Some(character(rest))
        } else {
            match rest[0] {
                b'(' | b'[' | b'{' => open.push(rest[0]),
                b')' | b']' | b'}' => {
                    let wanted = match rest[0] {
                        b')' => b'(',
                        b']' => b'[',
                        _ => b'{',
                    };
                    scan.mismatched |= open.pop() != Some(wanted);
                }
                _ => {}
            }
            Some(1)
        };
        let Some(skip) = skip else {
            scan.unfinished = true;
            break;
        };
        at += skip;
    }
    scan.depth = open.len();
    scan
}

fn block_comment(rest: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
    None
}

/// The number of `#` if a raw string begins here.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let after = rest.strip_prefix(b"r")?;
    let hashes = after.iter().take_while(|byte| **byte == b'#').count();
    (after.get(hashes) == Some(&b'"')).then_some(hashes)
}

fn string(rest: &[u8]) -> Option<usize> {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The length of a character, or of the quote of a lifetime.
fn character(rest: &[u8]) -> usize {
    let text = std::str::from_utf8(rest).unwrap_or("'");
    let mut characters = text.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => text[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 3),
        Some(_) => match characters.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_go_on_is_incomplete() {
        for code in ["fn f(x: i32) -> i32 {", "let v = vec![1,", "let s = \"a", "/* a", "let x =", "r#\"a\""] {
            assert!(matches!(completeness(code), Completeness::Incomplete { .. }), "{code}");
        }
    }

    #[test]
    fn what_can_run_is_complete() {
        for code in [
            "1 + 1",
            "let x = 1;",
            "let c = '{';",
            "fn f<'a>(x: &'a str) -> &'a str { x }",
            "let c = '\\'';",
            ":vars",
            "r#\"\"{\"\"#",
            "",
        ] {
            assert_eq!(completeness(code), Completeness::Complete, "{code}");
        }
    }

    #[test]
    fn what_never_can_is_invalid() {
        for code in ["let x = )", "(1]", "1 1 1"] {
            assert_eq!(completeness(code), Completeness::Invalid, "{code}");
        }
    }
}
