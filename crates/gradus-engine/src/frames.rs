//! Splits output into text, frames of `gradus-prelude`, and content between evcxr's markers.

use serde_json::Value;

const BEGIN: &[u8] = b"\x1b_gradus;";
const END: &[u8] = b"\x1b\\";
const CONTENT_BEGIN: &[u8] = b"EVCXR_BEGIN_CONTENT";
const CONTENT_END: &[u8] = b"\nEVCXR_END_CONTENT";

/// A piece of output.
pub enum Part<'a> {
    /// Text; what is no UTF-8 has been replaced.
    Text(&'a str),
    /// A message of the library.
    Frame(&'a Value),
    /// Between `EVCXR_BEGIN_CONTENT type` and `EVCXR_END_CONTENT`.
    Content {
        /// Its MIME type.
        mime_type: &'a str,
        /// The content.
        text: &'a str,
    },
}

/// Takes output in any portions.
#[derive(Default)]
pub struct Splitter {
    /// What has not been passed on, because its end is not there yet.
    rest: Vec<u8>,
    /// How much of it has been searched in vain for the end of what it begins with.
    searched: usize,
    /// Whether the last text did not end its line.
    in_line: bool,
    /// Whether the next newline is the one that ends a marker's line.
    after_content: bool,
}

impl Splitter {
    /// Takes the next portion.
    pub fn push(&mut self, bytes: &[u8], take: &mut dyn FnMut(Part<'_>)) {
        self.rest.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(length) = self.next(at, take) {
            at += length;
        }
        self.rest.drain(..at);
    }

    /// Passes on what is left.
    pub fn finish(&mut self, take: &mut dyn FnMut(Part<'_>)) {
        if !self.rest.is_empty() {
            take(Part::Text(&String::from_utf8_lossy(&self.rest)));
            self.rest.clear();
        }
    }

    /// Passes on the part that begins at `at`, and returns its length; `None` when more must come first.
    fn next(&mut self, at: usize, take: &mut dyn FnMut(Part<'_>)) -> Option<usize> {
        let rest = &self.rest[at..];
        if rest.is_empty() {
            return None;
        }
        if std::mem::take(&mut self.after_content) && rest[0] == b'\n' {
            return Some(1);
        }
        if rest.starts_with(BEGIN) {
            let Some(end) = find(&rest[self.searched..], END).map(|end| end + self.searched) else {
                // Long content would otherwise be searched again with every portion.
                self.searched = rest.len().saturating_sub(END.len());
                return None;
            };
            self.searched = 0;
            match serde_json::from_slice::<Value>(&rest[BEGIN.len()..end]) {
                Ok(message) => take(Part::Frame(&message)),
                Err(_) => take(Part::Text(&String::from_utf8_lossy(&rest[..end + END.len()]))),
            }
            return Some(end + END.len());
        }
        if !self.in_line && rest.starts_with(CONTENT_BEGIN) {
            let Some(end) = find(&rest[self.searched..], CONTENT_END).map(|end| end + self.searched) else {
                self.searched = rest.len().saturating_sub(CONTENT_END.len());
                return None;
            };
            self.searched = 0;
            let inside = String::from_utf8_lossy(&rest[CONTENT_BEGIN.len()..end]).into_owned();
            let (mime_type, text) = inside.split_once('\n').unwrap_or((&inside, ""));
            take(Part::Content { mime_type: mime_type.trim(), text });
            self.after_content = true;
            return Some(end + CONTENT_END.len());
        }
        let length = self.text_length(rest);
        if length == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.in_line = !text.ends_with('\n');
        take(Part::Text(&text));
        Some(length)
    }

    /// How far text goes: up to a frame, a line that may be a marker, or a character that is not complete.
    fn text_length(&self, rest: &[u8]) -> usize {
        let mut length = rest.len();
        if let Some(frame) =
            rest.iter().enumerate().position(|(at, byte)| *byte == 0x1b && may_begin(&rest[at..], BEGIN))
        {
            length = frame;
        }
        let may_be_marker = |at: usize| may_begin(&rest[at..], CONTENT_BEGIN);
        if !self.in_line && may_be_marker(0) {
            return 0;
        }
        let mut from = 0;
        while let Some(newline) = rest[from..length].iter().position(|byte| *byte == b'\n') {
            from += newline + 1;
            if from < rest.len() && rest[from] == CONTENT_BEGIN[0] && may_be_marker(from) {
                length = from;
                break;
            }
        }
        if length == rest.len() { complete_characters(rest) } else { length }
    }
}

/// Whether `bytes` begins with `start`, as far as it goes.
fn may_begin(bytes: &[u8], start: &[u8]) -> bool {
    let common = bytes.len().min(start.len());
    bytes[..common] == start[..common]
}

/// The length without a last character whose end has not come yet.
fn complete_characters(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let at = bytes.len() - back;
        let needed = match bytes[at] {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            0x80..=0xbf => continue,
            _ => 1,
        };
        return if needed > back { at } else { bytes.len() };
    }
    bytes.len()
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == pattern[0]) {
        at += next;
        if bytes[at..].starts_with(pattern) {
            return Some(at);
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of `text`, which comes in portions of `size` bytes.
    fn parts(text: &str, size: usize) -> (String, Vec<String>) {
        let (mut plain, mut others) = (String::new(), Vec::new());
        let mut splitter = Splitter::default();
        let mut take = |part: Part<'_>| match part {
            Part::Text(text) => plain.push_str(text),
            Part::Frame(message) => others.push(message.to_string()),
            Part::Content { mime_type, text } => others.push(format!("{mime_type}={text}")),
        };
        text.as_bytes().chunks(size).for_each(|portion| splitter.push(portion, &mut take));
        splitter.finish(&mut take);
        (plain, others)
    }

    #[test]
    fn portions_of_any_size_give_the_same() {
        let text = "σ 🦀\na\x1b_gradus;{\"mark\":1}\x1b\\b \x1b[31mred\x1b[0m EVCXR_BEGIN_CONTENT x\n\
                    EVCXR_BEGIN_CONTENT text/html\n<b>\nhi</b>\nEVCXR_END_CONTENT\nEVCXR end";
        for size in 1..text.len() + 1 {
            let (plain, others) = parts(text, size);
            assert_eq!(plain, "σ 🦀\nab \x1b[31mred\x1b[0m EVCXR_BEGIN_CONTENT x\nEVCXR end", "portions of {size}");
            assert_eq!(others, ["{\"mark\":1}", "text/html=<b>\nhi</b>"], "portions of {size}");
        }
    }

    #[test]
    fn what_never_ends_is_text_in_the_end() {
        assert_eq!(parts("a\n\x1b_gradus;{", 3).0, "a\n\x1b_gradus;{");
    }
}
