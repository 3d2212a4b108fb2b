//! The answers of a source as one Rust file.

use std::collections::BTreeSet;

use syn::spanned::Spanned;
use syn::{File, Item, Visibility};

use super::error::SourceError;
use super::region;
use super::role::Role;
use super::source::{Source, SourceCell};
use crate::fragment::Import;
use crate::imports::ImportTree;
use crate::item::describe;
use crate::tokens::mentions;

/// What [`Source::reference`] gives.
pub(super) fn reference(source: &Source) -> Result<String, SourceError> {
    let mut imports = BTreeSet::new();
    let mut texts = Vec::new();
    for piece in wanted(pieces(source)?) {
        texts.push(without_imports(&piece, &mut imports));
    }
    let mut text: String = imports.iter().map(|path| format!("use {};\n", path.join("::"))).collect();
    for piece in texts.iter().filter(|piece| !piece.trim().is_empty()) {
        text.push('\n');
        text.push_str(&one_blank_line(piece));
    }
    Ok(text)
}

/// A cell as Rust.
struct Piece {
    text: String,
    file: File,
    /// Whether it belongs to the reference for certain, or only if something mentions it.
    certain: bool,
}

fn pieces(source: &Source) -> Result<Vec<Piece>, SourceError> {
    let mut pieces = Vec::new();
    for cell in &source.cells {
        let certain = match (cell.role, cell.reference) {
            (Role::Answer, _) | (Role::Given, Some(true)) => true,
            (Role::Given, None) => false,
            _ => continue,
        };
        let text = region::filled(&cell.parts);
        match syn::parse_file(&text) {
            Ok(file) => {
                let only_imports = file.items.iter().all(|item| matches!(item, Item::Use(_)));
                pieces.push(Piece { text, file, certain: certain || only_imports });
            }
            Err(error) if certain => {
                return Err(SourceError::NotRust { line: line_of(cell, error.span()), reason: error.to_string() });
            }
            // Statements of a notebook.
            Err(_) => {}
        }
    }
    Ok(pieces)
}

/// The line in the source; markers, which the text does not have any more, stand before it.
fn line_of(cell: &SourceCell, span: proc_macro2::Span) -> usize {
    let mut left = span.start().line;
    let mut line = cell.first_line;
    for part in &cell.parts {
        let (lines, markers) = match part {
            region::Part::Plain(lines) => (lines.len(), 0),
            region::Part::Region { lines, .. } => (lines.len(), 1),
        };
        line += markers;
        if left <= lines {
            break;
        }
        left -= lines;
        line += lines + markers;
    }
    line + left.saturating_sub(1)
}

/// The certain pieces, and what they mention.
fn wanted(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut pieces: Vec<_> = pieces.into_iter().map(|piece| (piece.certain, piece)).collect();
    loop {
        let mut mentioned = BTreeSet::new();
        for (_, piece) in pieces.iter().filter(|(wanted, _)| *wanted) {
            mentioned.extend(mentions(&piece.text));
        }
        let mut changed = false;
        for (wanted, piece) in pieces.iter_mut().filter(|(wanted, _)| !*wanted) {
            *wanted = piece.file.items.iter().flat_map(names_of).any(|name| mentioned.contains(&name));
            changed |= *wanted;
        }
        if !changed {
            return pieces.into_iter().filter_map(|(wanted, piece)| wanted.then_some(piece)).collect();
        }
    }
}

/// What an item gives a name to; an import, which brings in what is elsewhere, is no such item.
fn names_of(item: &Item) -> Vec<String> {
    if matches!(item, Item::Use(_) | Item::ExternCrate(_)) { Vec::new() } else { describe(item, 0).defines }
}

/// The text without its plain `use` lines, whose paths go to `imports`, name by name.
fn without_imports(piece: &Piece, imports: &mut BTreeSet<Vec<String>>) -> String {
    let mut gone = BTreeSet::new();
    for item in &piece.file.items {
        let Item::Use(item) = item else { continue };
        if !item.attrs.is_empty() || !matches!(item.vis, Visibility::Inherited) || item.leading_colon.is_some() {
            continue;
        }
        imports.extend(ImportTree::of_use(&item.tree, 0).imports.iter().map(segments));
        gone.extend(item.span().start().line..=item.span().end().line);
    }
    let lines = piece.text.lines().enumerate().filter(|(index, _)| !gone.contains(&(index + 1)));
    lines.map(|(_, line)| format!("{line}\n")).collect()
}

/// The path as a `use` writes it, segment by segment.
fn segments(import: &Import) -> Vec<String> {
    let mut segments: Vec<String> = import.path.split("::").map(str::to_owned).collect();
    if let Some(last) = segments.last_mut().filter(|last| **last != import.name) {
        *last = format!("{last} as {}", import.name);
    }
    segments
}

/// Blank lines around the text go, and of several within it one stays.
fn one_blank_line(text: &str) -> String {
    let mut result = String::new();
    let mut blank = true;
    for line in text.trim_end().lines() {
        let is_blank = line.trim().is_empty();
        if !(is_blank && blank) {
            result.push_str(line.trim_end());
            result.push('\n');
        }
        blank = is_blank;
    }
    result
}
