//! Text that a student could have shaped, made fit to be shown: bounded, and with nothing invisible in it.
//!
//! Compiler messages and panics quote what a student wrote. A terminal obeys escape sequences in such text, a browser
//! and an editor reorder it by direction marks, and a megabyte of it buries the rest of a report. So every report
//! passes its texts through [`shown`] or [`one_line`]. Escaping for HTML, JSON or CSV comes on top, by the library
//! that writes that format.

use std::fmt::Write as _;

/// `text` with its invisible characters spelt out, cut after `limit` bytes with a note on how much is missing.
///
/// Line feeds and tabs stay; `\r\n` counts as a line feed. Other control characters, and marks that hide or reorder
/// text, stand as Rust would write them: `\u{1b}`, `\u{202e}`. (Unicode's pictures of control characters would be
/// shorter, but many fonts lack them.)
pub fn shown(text: &str, limit: usize) -> String {
    let mut result = String::with_capacity(text.len().min(limit));
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        if result.len() + character.len_utf8() > limit {
            let _ = write!(result, "… ({} bytes more)", text.len() - at);
            break;
        }
        push_visible(&mut result, character, next);
    }
    result
}

/// As [`shown`], with line breaks and tabs turned into spaces.
pub fn one_line(text: &str, limit: usize) -> String {
    let spaced: String = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
    shown(spaced.trim(), limit)
}

/// `count` and the word for the thing counted.
pub fn counted(count: usize, singular: &str, plural: &str) -> String {
    format!("{count} {}", if count == 1 { singular } else { plural })
}

fn push_visible(result: &mut String, character: char, next: Option<char>) {
    match character {
        '\n' | '\t' => result.push(character),
        '\r' if next == Some('\n') => {}
        _ if character.is_control() || is_invisible(character) => result.extend(character.escape_default()),
        _ => result.push(character),
    }
}

/// Whether a character shows nothing, or moves what stands around it.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'                            // soft hyphen
        | '\u{61c}'                         // Arabic letter mark
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers
        | '\u{180e}'                        // Mongolian vowel separator
        | '\u{200b}'..='\u{200f}'           // zero width, direction marks
        | '\u{2028}'..='\u{202e}'           // line and paragraph separators, direction overrides
        | '\u{2060}'..='\u{206f}'           // joiners, direction isolates
        | '\u{fdd0}'..='\u{fdef}'           // no characters at all
        | '\u{feff}'                        // byte order mark
        | '\u{fff9}'..='\u{fffb}'           // annotation marks
        | '\u{e0000}'..='\u{e0fff}'         // tags
    ) || u32::from(character) & 0xfffe == 0xfffe // no characters at all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelt_out() {
        assert_eq!(
            shown("a\0b\x1b[31mc\x7f\u{9b}d\u{202e}e\r\nf\rg\th", 100),
            r"a\u{0}b\u{1b}[31mc\u{7f}\u{9b}d\u{202e}e".to_owned() + "\nf\\rg\th"
        );
        assert_eq!(shown("Größe λ 😀 日本", 100), "Größe λ 😀 日本");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so() {
        assert_eq!(shown("ééé", 3), "é… (4 bytes more)");
        assert_eq!(shown("abc", 3), "abc");
        assert!(shown(&"\u{202e}".repeat(1 << 20), 1000).len() < 1100);
    }

    #[test]
    fn one_line_has_no_breaks() {
        assert_eq!(one_line("  a\nb\tc\r\n", 100), "a b c");
    }
}
