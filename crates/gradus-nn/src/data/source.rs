//! Bytes from a file or any reader, unpacked if they are gzip, with faults that name file and byte.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::DataError;

/// No file of a known data set is near this; a damaged header can announce far more.
pub(super) const LIMIT: u64 = 2 << 30;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A stream of bytes that knows its name and position.
pub(super) struct Source<'a> {
    reader: Box<dyn Read + 'a>,
    compressed: bool,
    pub(super) file: String,
    pub(super) position: u64,
}

impl<'a> Source<'a> {
    pub(super) fn open(path: &Path) -> Result<Source<'static>, DataError> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Source::named(BufReader::new(file), name),
            Err(source) => Err(DataError::Io { file: name, source }),
        }
    }

    pub(super) fn new(reader: impl Read + 'a) -> Result<Self, DataError> {
        Source::named(reader, "the input".to_owned())
    }

    fn named(mut reader: impl Read + 'a, file: String) -> Result<Self, DataError> {
        let mut start = Vec::new();
        if let Err(source) = reader.by_ref().take(GZIP_MAGIC.len() as u64).read_to_end(&mut start) {
            return Err(DataError::Io { file, source });
        }
        let compressed = start == GZIP_MAGIC;
        let whole = Cursor::new(start).chain(reader);
        let reader: Box<dyn Read + 'a> =
            if compressed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
        Ok(Source { reader, compressed, file, position: 0 })
    }

    /// Up to `count` bytes: fewer only at the end of the file. Memory grows with what is there, not with what a header
    /// announces.
    pub(super) fn up_to(&mut self, count: u64) -> Result<Vec<u8>, DataError> {
        let mut bytes = Vec::new();
        let result = self.reader.by_ref().take(count).read_to_end(&mut bytes);
        self.position += bytes.len() as u64;
        match result {
            Ok(_) => Ok(bytes),
            Err(source) => Err(self.fault(source)),
        }
    }

    /// Exactly `count` bytes.
    pub(super) fn exactly(&mut self, count: u64) -> Result<Vec<u8>, DataError> {
        let expected = self.position.saturating_add(count);
        let bytes = self.up_to(count)?;
        if self.position < expected {
            return Err(DataError::Truncated { file: self.file.clone(), expected, found: self.position });
        }
        Ok(bytes)
    }

    /// Nothing more.
    pub(super) fn end(mut self) -> Result<(), DataError> {
        let expected = self.position;
        if self.up_to(1)?.is_empty() { Ok(()) } else { Err(DataError::Overlong { file: self.file, expected }) }
    }

    fn fault(&self, source: io::Error) -> DataError {
        let file = self.file.clone();
        if self.compressed {
            DataError::Gzip { file, byte: self.position, source }
        } else {
            DataError::Io { file, source }
        }
    }
}
