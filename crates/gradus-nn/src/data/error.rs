//! What can be wrong with a data file.

use std::io;

use thiserror::Error;

/// A data file could not be read. `Display` says what was expected, what was found, at which byte, and what to do.
///
/// Bytes are counted from 0, in the unpacked data if the file is compressed. `file` is the path, or "the input" where
/// there is none.
#[derive(Debug, Error)]
pub enum DataError {
    /// The operating system could not open or read the file.
    #[error("cannot read {file}: {source}. Hint: check the path and its permissions.")]
    Io {
        /// Which file.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The file starts like gzip, but cannot be unpacked.
    #[error(
        "{file} is gzip data that cannot be unpacked after byte {byte} of its content: {source}. \
         Hint: the download may be incomplete; get the file again."
    )]
    Gzip {
        /// Which file.
        file: String,
        /// How many bytes were unpacked before the fault.
        byte: u64,
        /// The decoder's reason.
        source: io::Error,
    },
    /// The file has another format than the reader.
    #[error("{file} is not {expected}: at byte {byte} expected {wanted}, found {found}. Hint: {hint}")]
    Format {
        /// Which file.
        file: String,
        /// What the file should be.
        expected: &'static str,
        /// Where it is not.
        byte: u64,
        /// What should be there.
        wanted: String,
        /// What is there.
        found: String,
        /// What to do.
        hint: &'static str,
    },
    /// The file ends too early.
    #[error(
        "{file} is cut off: expected {expected} bytes, found the end at byte {found}. \
         Hint: the download may be incomplete; get the file again."
    )]
    Truncated {
        /// Which file.
        file: String,
        /// The least number of bytes the file needs, as far as was read.
        expected: u64,
        /// The number it has.
        found: u64,
    },
    /// The file goes on after its end.
    #[error(
        "{file} is too long: expected its end at byte {expected}, found more data. \
         Hint: two files may have been joined; get the file again."
    )]
    Overlong {
        /// Which file.
        file: String,
        /// The number of bytes its header announces.
        expected: u64,
    },
    /// The file is larger than any file of this format should be.
    #[error(
        "{file} is too large: expected at most {limit} bytes, found {announced}. \
         Hint: the header may be damaged; get the file again."
    )]
    TooLarge {
        /// Which file.
        file: String,
        /// The most that a reader accepts.
        limit: u64,
        /// What the file has or announces.
        announced: String,
    },
    /// A label is out of range.
    #[error(
        "{file} has a label out of range: at byte {byte} expected a label below {classes}, found {label}. Hint: {hint}"
    )]
    Label {
        /// Which file.
        file: String,
        /// Where the label is.
        byte: u64,
        /// The number of classes.
        classes: usize,
        /// The label.
        label: u8,
        /// What to do.
        hint: &'static str,
    },
    /// Images and labels do not belong together.
    #[error(
        "{file} does not belong to its labels: expected {labels} images, one for each label, found {images}. \
         Hint: do both files come from the same part, training or test?"
    )]
    Counts {
        /// The images' file.
        file: String,
        /// How many images there are.
        images: usize,
        /// How many labels there are.
        labels: usize,
    },
}
