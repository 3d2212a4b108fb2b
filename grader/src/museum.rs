//! Recorded answers, from the files in the folders of a key.
// GRADUS-STAFF-ONLY-7c1f4e

/// A recorded answer.
///
/// A right one answers every question. A wrong one has the wrong function only; the reference's others go beside it, and
/// it may call them.
pub struct Specimen {
    /// Its file's name without extension.
    pub name: &'static str,
    /// Its file's content.
    pub source: &'static str,
    /// What it is, from its first line.
    pub about: &'static str,
    /// Whether it is to get full marks.
    pub right: bool,
}

impl Specimen {
    /// The answer in a file, which tells in its first line what it is.
    pub(crate) const fn new(name: &'static str, source: &'static str, right: bool) -> Self {
        Self { name, source, about: first_line(source), right }
    }
}

/// The answers in these files of the folders `wrong` and `right`, which lie beside the file that names them.
macro_rules! museum {
    (wrong: [$($wrong:ident),* $(,)?], right: [$($right:ident),* $(,)?] $(,)?) => {
        &[
            $($crate::museum::Specimen::new(
                stringify!($wrong),
                include_str!(concat!("wrong/", stringify!($wrong), ".rs")),
                false,
            ),)*
            $($crate::museum::Specimen::new(
                stringify!($right),
                include_str!(concat!("right/", stringify!($right), ".rs")),
                true,
            ),)*
        ]
    };
}
pub(crate) use museum;

/// A text's first line, without what makes it a comment.
const fn first_line(text: &'static str) -> &'static str {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b'\n' {
        end += 1;
    }
    let mut start = 0;
    while start < end && matches!(bytes[start], b'/' | b'!' | b' ') {
        start += 1;
    }
    text.split_at(end).0.split_at(start).1
}
