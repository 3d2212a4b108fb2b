//! The file of a checkpoint: whole numbers and arrays by name, kept bit by bit.
//!
//! ```text
//! "gradus" 0 1                             name and version of the format, 8 bytes
//! count, then for each number              name, value
//! count, then for each array               name, number of axes, the length of each, the elements in row-major order
//! SHA-256 of all before it                 32 bytes
//! ```
//!
//! Counts, lengths and values are `u64`, elements `f64` (an `f32` fits in exactly), all little-endian; a name is its
//! length in bytes and its UTF-8. A file is written beside its place and then renamed, so that a crash leaves the old one.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use ndarray::ArrayD;
use sha2::{Digest, Sha256};
use thiserror::Error;

const MAGIC: &[u8; 8] = b"gradus\x00\x01";
const CHECKSUM: usize = 32;

/// A checkpoint could not be written or read. `Display` says which file, what is wrong, and what to do.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The operating system could not write the file.
    #[error("cannot write {file}: {source}. Hint: check that the folder exists and is not full.")]
    Write {
        /// Which file.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The operating system could not read the file.
    #[error("cannot read {file}: {source}. Hint: check the path and its permissions.")]
    Read {
        /// Which file.
        file: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{file} is not a checkpoint of this version. Hint: give a file that Solver::save has written.")]
    NotACheckpoint {
        /// Which file.
        file: String,
    },
    /// The file is not as it was written.
    #[error(
        "{file} is damaged: its checksum is wrong. Hint: the copy may be incomplete; go back to an older checkpoint."
    )]
    Damaged {
        /// Which file.
        file: String,
    },
    /// The file belongs to another network, optimiser or number type.
    #[error("{file} does not fit: {what}. Hint: make network and settings as they were when it was saved.")]
    Mismatch {
        /// Which file.
        file: String,
        /// What it has, and what is wanted.
        what: String,
    },
}

/// What a checkpoint holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Record {
    pub numbers: BTreeMap<String, u64>,
    pub arrays: BTreeMap<String, ArrayD<f64>>,
}

impl Record {
    pub fn write(&self, path: &Path) -> Result<(), CheckpointError> {
        let fault = |source| CheckpointError::Write { file: path.display().to_string(), source };
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        fs::write(&beside, self.to_bytes()).map_err(fault)?;
        fs::rename(&beside, path).map_err(fault)
    }

    pub fn read(path: &Path) -> Result<Record, CheckpointError> {
        let file = path.display().to_string();
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(CheckpointError::Read { file, source }),
        };
        if !bytes.starts_with(MAGIC) {
            return Err(CheckpointError::NotACheckpoint { file });
        }
        Record::from_bytes(&bytes).ok_or(CheckpointError::Damaged { file })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let count = |bytes: &mut Vec<u8>, n: usize| bytes.extend((n as u64).to_le_bytes());
        let text = |bytes: &mut Vec<u8>, name: &str| {
            count(bytes, name.len());
            bytes.extend(name.as_bytes());
        };
        count(&mut bytes, self.numbers.len());
        for (name, number) in &self.numbers {
            text(&mut bytes, name);
            bytes.extend(number.to_le_bytes());
        }
        count(&mut bytes, self.arrays.len());
        for (name, array) in &self.arrays {
            text(&mut bytes, name);
            count(&mut bytes, array.ndim());
            array.shape().iter().for_each(|&length| count(&mut bytes, length));
            array.iter().for_each(|element| bytes.extend(element.to_le_bytes()));
        }
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        bytes
    }

    /// The record, or none if the bytes are not as they were written.
    fn from_bytes(bytes: &[u8]) -> Option<Record> {
        let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        if Sha256::digest(content).as_slice() != checksum {
            return None;
        }
        let mut rest = content.strip_prefix(MAGIC)?;
        let mut record = Record::default();
        for _ in 0..take_number(&mut rest)? {
            let name = take_text(&mut rest)?;
            record.numbers.insert(name, take_number(&mut rest)?);
        }
        for _ in 0..take_number(&mut rest)? {
            let name = take_text(&mut rest)?;
            let axes = take_number(&mut rest)?;
            let shape: Vec<usize> = (0..axes).map(|_| take_length(&mut rest)).collect::<Option<_>>()?;
            let elements = shape.iter().try_fold(1_usize, |product, &length| product.checked_mul(length))?;
            let (data, after) = rest.split_at_checked(elements.checked_mul(8)?)?;
            rest = after;
            let data = data.chunks_exact(8).map(|chunk| f64::from_le_bytes(chunk.try_into().expect("8 bytes")));
            record.arrays.insert(name, ArrayD::from_shape_vec(shape, data.collect()).ok()?);
        }
        rest.is_empty().then_some(record)
    }
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let (number, after) = rest.split_first_chunk::<8>()?;
    *rest = after;
    Some(u64::from_le_bytes(*number))
}

fn take_length(rest: &mut &[u8]) -> Option<usize> {
    take_number(rest)?.try_into().ok()
}

fn take_text(rest: &mut &[u8]) -> Option<String> {
    let length = take_length(rest)?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    String::from_utf8(text.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record() -> impl Strategy<Value = Record> {
        let shape = prop::collection::vec(0_usize..4, 0..4);
        let array = shape.prop_flat_map(|shape| {
            let elements = shape.iter().product::<usize>();
            prop::collection::vec(any::<u64>().prop_map(f64::from_bits), elements)
                .prop_map(move |data| ArrayD::from_shape_vec(shape.clone(), data).expect("that many"))
        });
        let numbers = prop::collection::btree_map(".{0,8}", any::<u64>(), 0..4);
        let arrays = prop::collection::btree_map(".{0,8}", array, 0..4);
        (numbers, arrays).prop_map(|(numbers, arrays)| Record { numbers, arrays })
    }

    proptest! {
        /// Compared as bytes, because NaN is not equal to itself.
        #[test]
        fn every_bit_comes_back(record in record()) {
            let bytes = record.to_bytes();
            prop_assert_eq!(Record::from_bytes(&bytes).expect("a record").to_bytes(), bytes);
        }

        #[test]
        fn every_change_is_found(record in record(), place in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let mut bytes = record.to_bytes();
            let place = place.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
            prop_assert!(Record::from_bytes(&bytes).is_none());
        }

        #[test]
        fn every_cut_is_found(record in record(), place in any::<prop::sample::Index>()) {
            let bytes = record.to_bytes();
            prop_assert!(Record::from_bytes(&bytes[..place.index(bytes.len())]).is_none());
        }

        /// A checksum can be made for any content: lengths that lie must not panic or fill the memory.
        #[test]
        fn no_content_panics(content in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut bytes = [MAGIC.as_slice(), &content].concat();
            let checksum = Sha256::digest(&bytes);
            bytes.extend(checksum);
            Record::from_bytes(&bytes);
        }
    }
}
