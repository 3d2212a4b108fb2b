//! What was run, in this session and in earlier ones.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::log;

/// How many cells are remembered; the file may hold twice as many.
const LIMIT: usize = 1000;

/// A cell that was run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Entry {
    /// Counts kernels; the latest has the highest number.
    pub session: i64,
    /// The cell's execution count.
    pub line: i64,
    /// Its text.
    pub input: String,
    /// Its value as text, if it had one.
    pub output: Option<String>,
}

/// The history, in memory and in a file: one entry a line, in JSON. Kernels that run at the same time append to it.
#[derive(Debug)]
pub struct History {
    entries: VecDeque<Entry>,
    session: i64,
    file: Option<PathBuf>,
}

impl History {
    /// Reads the file, if there is one, and begins a session.
    pub fn open(file: Option<PathBuf>) -> Self {
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        // A line that another kernel is just writing, or wrote in another form, is passed over.
        let mut entries: VecDeque<Entry> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let lines = entries.len();
        entries.drain(..lines.saturating_sub(LIMIT));
        let session = entries.iter().map(|entry| entry.session).max().unwrap_or(0) + 1;
        let history = Self { entries, session, file };
        if lines > 2 * LIMIT {
            history.shorten_file();
        }
        history
    }

    /// Adds a cell that was run; blank ones are not worth it.
    pub fn add(&mut self, line: u32, input: &str, output: Option<&str>) {
        if input.trim().is_empty() {
            return;
        }
        let output = output.map(str::to_owned);
        let entry = Entry { session: self.session, line: line.into(), input: input.to_owned(), output };
        if let Some(Err(error)) = self.file.as_deref().map(|file| append(file, &entry)) {
            log(&format!("the history is not kept: {error}"));
            self.file = None;
        }
        self.entries.push_back(entry);
        if self.entries.len() > LIMIT {
            self.entries.pop_front();
        }
    }

    /// The last `count`.
    pub fn tail(&self, count: usize) -> Vec<Entry> {
        self.entries.iter().skip(self.entries.len().saturating_sub(count)).cloned().collect()
    }

    /// Lines from `start` up to but without `stop` of a session; 0 is this one, -1 the one before.
    pub fn range(&self, session: i64, start: i64, stop: Option<i64>) -> Vec<Entry> {
        let session = if session <= 0 { self.session + session } else { session };
        let wanted = |entry: &&Entry| {
            entry.session == session && entry.line >= start && stop.is_none_or(|stop| entry.line < stop)
        };
        self.entries.iter().filter(wanted).cloned().collect()
    }

    /// The last `count` whose input matches a pattern with `*` and `?`; with `unique`, only the latest of equal ones.
    pub fn search(&self, pattern: &str, unique: bool, count: usize) -> Vec<Entry> {
        let mut found: Vec<&Entry> = Vec::new();
        for entry in self.entries.iter().rev().filter(|entry| matches(pattern, &entry.input)) {
            if found.len() == count {
                break;
            }
            if !unique || found.iter().all(|other| other.input != entry.input) {
                found.push(entry);
            }
        }
        found.into_iter().rev().cloned().collect()
    }

    /// By way of a second file, so that no kernel ever reads half of it.
    fn shorten_file(&self) {
        let Some(file) = &self.file else { return };
        let text: String = self.entries.iter().map(line).collect();
        let shorter = file.with_extension("new");
        if let Err(error) = fs::write(&shorter, text).and_then(|()| fs::rename(&shorter, file)) {
            log(&format!("the history's file is not shortened: {error}"));
        }
    }
}

fn append(file: &Path, entry: &Entry) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    // One write a line, so that lines of several kernels do not mix.
    OpenOptions::new().create(true).append(true).open(file)?.write_all(line(entry).as_bytes())
}

fn line(entry: &Entry) -> String {
    format!("{}\n", serde_json::to_string(entry).expect("an entry is plain text"))
}

/// Whether the whole text matches; `*` stands for any characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // `reachable[i]`: the pattern so far matches the first i characters.
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    for symbol in pattern {
        if symbol == '*' {
            let first = reachable.iter().position(|reached| *reached).unwrap_or(reachable.len());
            reachable[first..].fill(true);
        } else {
            for end in (0..text.len()).rev() {
                reachable[end + 1] = reachable[end] && (symbol == '?' || symbol == text[end]);
            }
            reachable[0] = false;
        }
    }
    reachable[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.input.as_str()).collect()
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("6 * 7", "6 * 7", true),
            ("*", "", true),
            ("", "a", false),
            ("let*;", "let x = 1;", true),
            ("let*;", "let x = 1", false),
            ("?b", "ab", true),
            ("?b", "b", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b", "ab c", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn sessions_follow_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/history.jsonl");
        let mut first = History::open(Some(file.clone()));
        first.add(1, "let a = 1;", None);
        first.add(2, "  ", None);
        first.add(2, "a", Some("1"));
        let mut second = History::open(Some(file));
        second.add(1, "a", Some("2"));

        assert_eq!(inputs(&second.tail(2)), ["a", "a"]);
        assert_eq!(inputs(&second.range(0, 1, None)), ["a"]);
        assert_eq!(inputs(&second.range(-1, 1, Some(2))), ["let a = 1;"]);
        assert_eq!(second.search("a", true, 10).len(), 1);
        assert_eq!(second.search("a", false, 10).len(), 2);
        assert_eq!(second.search("*a*", false, 1)[0].output.as_deref(), Some("2"));
    }

    #[test]
    fn memory_and_file_are_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("history.jsonl");
        let mut history = History::open(Some(file.clone()));
        for line in 0..2500 {
            history.add(line, &format!("cell {line}"), None);
        }
        assert_eq!(history.tail(usize::MAX).len(), LIMIT);
        assert_eq!(History::open(Some(file.clone())).tail(1)[0].input, "cell 2499");
        let lines = fs::read_to_string(file).expect("the file").lines().count();
        assert_eq!(lines, LIMIT);
    }
}
