//! Finds the sound items in a source that does not parse as a whole.
//!
//! Items start at the left margin with a keyword, an attribute or a doc comment. From each start, the text
//! up to the next line at the margin is tried, then up to the one after, until it parses. What never parses
//! is reported with the names it seems to define.

use std::ops::Range;

use crate::fragment::ParseFault;
use crate::lines::Lines;
use crate::split::{Broken, Piece, parse};
use crate::tokens::{DEFINING_KEYWORDS, words};

/// The most ends that are tried for one item.
const MAX_ENDS: usize = 256;
/// The most bytes that are parsed, in multiples of the source's size and in all.
const EFFORT: usize = 32;
const MAX_EFFORT: usize = 16 << 20;

/// The items of `source`, which `error` keeps from parsing.
pub(crate) fn recover(source: &str, error: &ParseFault) -> Vec<Piece> {
    let lines = Lines::new(source);
    let bounds = lines.bounds(source);
    let text = |line: usize| source[bounds[line]..bounds[line + 1]].trim_end();
    let line_count = bounds.len() - 1;
    let margin = (0..line_count).map(text).filter(|line| !line.is_empty()).map(indentation).min().unwrap_or_default();
    let at_margin = |line: usize| !text(line).is_empty() && indentation(text(line)) == margin;
    let starts: Vec<Start> = (0..line_count)
        .map(|line| if at_margin(line) { start_of(text(line).trim_start()) } else { Start::No })
        .collect();

    let mut effort = (EFFORT * source.len() + (64 << 10)).min(MAX_EFFORT);
    let mut pieces = Vec::new();
    let mut line = 0;
    while line < line_count {
        if starts[line] == Start::No {
            line += 1;
            continue;
        }
        let Some(own) = (line..line_count).find(|&line| starts[line] == Start::Item) else { break };
        let begin = bounds[line];
        let ends = (own + 1..=line_count).filter(|&end| end == line_count || at_margin(end)).take(MAX_ENDS);
        let mut sound = None;
        let mut fault = None;
        for end in ends {
            let range = begin..bounds[end];
            if range.len() > effort {
                break;
            }
            effort -= range.len();
            match parse(&source[range]) {
                Ok(found) => {
                    sound = Some((found, end));
                    break;
                }
                Err(error) => fault = Some(error),
            }
        }
        if let Some((found, end)) = sound {
            pieces.extend(found.into_iter().map(|piece| shifted(piece, begin)));
            line = end;
            continue;
        }
        let end = end_of_broken(&starts, own);
        let range = begin..begin + source[begin..bounds[end]].trim_end().len();
        // The fault of the piece by itself says more than that of a run of pieces.
        let own_fault = (range.len() <= effort).then(|| parse(&source[range.clone()]).err()).flatten();
        effort = effort.saturating_sub(range.len());
        let fault =
            own_fault.or(fault).map_or_else(|| error.clone(), |fault| ParseFault { line: fault.line + line, ..fault });
        pieces.push(broken(source, range, fault));
        line = end;
    }
    pieces
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Start {
    No,
    /// An attribute or doc comment: the item follows.
    Preamble,
    Item,
}

fn start_of(line: &str) -> Start {
    if line.starts_with("#[") || line.starts_with("///") || line.starts_with("/**") {
        return Start::Preamble;
    }
    if line.starts_with("#![") || line.starts_with("macro_rules!") {
        return Start::Item;
    }
    const WORDS: [&str; 9] = ["pub", "use", "impl", "extern", "async", "unsafe", "default", "auto", "crate"];
    match words(line).next().filter(|word| line.starts_with(word)) {
        Some(word) if WORDS.contains(&word) || DEFINING_KEYWORDS.contains(&word) => Start::Item,
        _ => Start::No,
    }
}

/// The line after a broken item whose keyword is in line `own`: the next start.
fn end_of_broken(starts: &[Start], own: usize) -> usize {
    (own + 1..starts.len()).find(|&line| starts[line] != Start::No).unwrap_or(starts.len())
}

fn broken(source: &str, range: Range<usize>, error: ParseFault) -> Piece {
    let text = &source[range.clone()];
    let margin = text.lines().next().map_or(0, indentation);
    let mut functions = Vec::new();
    let mut defines = Vec::new();
    for line in text.lines().filter(|line| indentation(line) == margin) {
        let mut keyword = None;
        for word in words(line.split(['{', '=', '"']).next().unwrap_or(line)) {
            match keyword {
                // `const fn` and `unsafe extern fn` name the function, not `fn`.
                _ if DEFINING_KEYWORDS.contains(&word) => keyword = Some(word),
                Some("fn") if start_of(line.trim_start()) == Start::Item => {
                    functions.push(word.to_owned());
                    defines.push(word.to_owned());
                    break;
                }
                Some(_) if start_of(line.trim_start()) == Start::Item => {
                    defines.push(word.to_owned());
                    break;
                }
                _ => {}
            }
        }
    }
    Piece { range, content: Err(Broken { functions, defines, error }) }
}

fn shifted(mut piece: Piece, by: usize) -> Piece {
    piece.range.start += by;
    piece.range.end += by;
    piece
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
