//! Generated source text that remembers which parts of it the user wrote.

use std::ops::Range;
use std::sync::Arc;

/// What the user sent, and what it is called in messages.
#[derive(Debug)]
pub struct CellText {
    /// `[3]` for what stands beside the cell.
    pub label: String,
    /// The text.
    pub text: String,
}

/// A change to be made to a cell's text.
#[derive(Debug, Clone)]
pub struct Edit {
    /// Bytes of the cell to leave out; empty for an insertion.
    pub range: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

impl Edit {
    /// Puts `text` in front of the byte `at`.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }
}

/// A text made of generated parts and copies of cells.
#[derive(Debug, Default)]
pub struct Source {
    /// The whole text.
    pub text: String,
    copies: Vec<Copy>,
}

#[derive(Debug)]
struct Copy {
    range: Range<usize>,
    cell: Arc<CellText>,
    start: usize,
}

/// A place in a cell.
#[derive(Debug, Clone)]
pub struct Place {
    /// The cell.
    pub cell: Arc<CellText>,
    /// Bytes of it.
    pub range: Range<usize>,
}

impl Source {
    /// Appends generated text, and returns where it stands.
    pub fn push(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    /// Appends a part of a cell, with `edits` made (in order, within the part, not overlapping).
    pub fn copy(&mut self, cell: &Arc<CellText>, part: Range<usize>, edits: &[Edit]) {
        let mut at = part.start;
        for edit in edits.iter().filter(|edit| part.start <= edit.range.start && edit.range.end <= part.end) {
            self.copy_exactly(cell, at..edit.range.start);
            self.text.push_str(&edit.text);
            at = edit.range.end;
        }
        self.copy_exactly(cell, at..part.end);
    }

    /// Appends newlines and spaces in the place of a part of a cell, so that what follows keeps its line and column.
    pub fn blank(&mut self, cell: &CellText, part: Range<usize>) {
        self.text.push_str(&blanks(&cell.text[part]));
    }

    /// Where in a cell a part of this text comes from. A part that is partly generated is cut to what is not.
    pub fn place(&self, part: Range<usize>) -> Option<Place> {
        let touches = |copy: &&Copy| copy.range.start <= part.start && part.start < copy.range.end;
        let inside = self.copies.iter().find(touches);
        // An empty part may stand right behind a copy; a part may begin in generated text and reach into a copy.
        let copy = inside
            .or_else(|| self.copies.iter().find(|copy| copy.range.end == part.start && part.is_empty()))
            .or_else(|| {
            self.copies.iter().find(|copy| part.start <= copy.range.start && copy.range.end <= part.end)
        })?;
        let to_cell = |at: usize| copy.start + at.clamp(copy.range.start, copy.range.end) - copy.range.start;
        let start = to_cell(part.start);
        // The end may lie in a later copy of the same cell, behind an insertion.
        let last =
            self.copies.iter().rev().find(|last| last.range.start < part.end && Arc::ptr_eq(&last.cell, &copy.cell));
        let end = last.map_or_else(
            || to_cell(part.end),
            |last| last.start + part.end.clamp(last.range.start, last.range.end) - last.range.start,
        );
        Some(Place { cell: copy.cell.clone(), range: start..end.max(start) })
    }

    /// As [`Source::place`], for a line and column (both from 1, the column in characters), as panics give them.
    pub fn place_at(&self, line: usize, column: usize) -> Option<Place> {
        let start: usize = self.text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let offset: usize = self.text.get(start..)?.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
        self.place(start + offset..start + offset)
    }

    fn copy_exactly(&mut self, cell: &Arc<CellText>, part: Range<usize>) {
        if !part.is_empty() {
            let range = self.push(&cell.text[part.clone()]);
            self.copies.push(Copy { range, cell: cell.clone(), start: part.start });
        }
    }
}

fn blanks(text: &str) -> String {
    let last_line = text.rsplit('\n').next().unwrap_or_default();
    let mut blanks = "\n".repeat(text.matches('\n').count());
    blanks.extend(last_line.chars().map(|_| ' '));
    blanks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Arc<CellText> {
        Arc::new(CellText { label: "[1]".to_owned(), text: text.to_owned() })
    }

    #[test]
    fn a_part_behind_an_insertion_is_found_at_its_own_place() {
        let cell = cell("fn f() {}\nfn g() {}");
        let mut source = Source::default();
        source.push("use a; ");
        source.copy(&cell, 0..cell.text.len(), &[Edit::insert(0, "pub "), Edit::insert(10, "pub ")]);
        assert_eq!(source.text, "use a; pub fn f() {}\npub fn g() {}");
        let at = source.text.find('g').expect("it is there");
        let place = source.place(at..at + 1).expect("the user wrote it");
        assert_eq!(place.range, 13..14);
        assert_eq!(source.place_at(2, 8).expect("the user wrote it").range.start, 13);
    }

    #[test]
    fn what_was_generated_has_no_place() {
        let cell = cell("1");
        let mut source = Source::default();
        let header = source.push("use a; ");
        source.copy(&cell, 0..1, &[]);
        assert!(source.place(header).is_none());
    }

    #[test]
    fn blanks_keep_lines_and_columns() {
        let cell = cell("fn f() {\n} 1");
        let mut source = Source::default();
        source.blank(&cell, 0..10);
        source.copy(&cell, 10..12, &[]);
        assert_eq!(source.text, "\n  1".replacen("\n ", "\n ", 1));
        assert_eq!(source.place_at(2, 3).expect("the user wrote it").range.start, 11);
    }
}
