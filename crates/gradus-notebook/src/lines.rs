//! Byte offsets to lines and columns.

/// The offsets at which the lines of a text start.
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub fn new(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1);
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// The line that holds `offset`, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The line that holds `offset` and the column in characters, both from 1.
    pub fn position(&self, text: &str, offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let before = text.get(self.starts[line - 1]..offset).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    /// Where each line starts, and the end of the text.
    pub fn bounds(&self, text: &str) -> Vec<usize> {
        let mut bounds = self.starts.clone();
        if bounds.last() != Some(&text.len()) {
            bounds.push(text.len());
        }
        bounds
    }
}
