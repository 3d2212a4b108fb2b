//! The binary batches of CIFAR-10: for each image one byte of label, then 1,024 bytes each of red, green and blue.
//!
//! Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009; the layout is that of
//! `cifar-10-binary.tar.gz`, unpacked.

use std::io::Read;
use std::path::Path;

use ndarray::{Array1, Array4, Axis, Ix4, concatenate};

use super::source::{LIMIT, Source};
use super::{DataError, LabelledImages};

/// The classes, by label.
pub const CLASS_NAMES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

const CHANNELS: usize = 3;
const SIDE: usize = 32;
const RECORD: usize = 1 + CHANNELS * SIDE * SIDE;

/// CIFAR-10 from its folder: 50,000 images to train on and 10,000 to test, if the folder is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cifar10 {
    /// The five training batches, one after the other.
    pub train: LabelledImages<Ix4>,
    /// The test batch.
    pub test: LabelledImages<Ix4>,
}

/// Reads one batch: images (batch, channels, height, width) with channels red, green, blue, and labels (batch).
/// Plain or gzip.
///
/// # Errors
/// If the input is empty, a label is not below 10, or the last image is cut off.
///
/// ```
/// use gradus_nn::data::cifar10::{CLASS_NAMES, read_batch};
/// let mut bytes = vec![8];
/// bytes.extend([255; 1024]); // red
/// bytes.extend([0; 2048]); // green and blue
/// let batch = read_batch(&bytes[..])?;
/// assert_eq!(batch.images.dim(), (1, 3, 32, 32));
/// assert_eq!((CLASS_NAMES[batch.labels[0]], batch.images[[0, 0, 31, 31]]), ("ship", 255));
/// assert!(read_batch(&bytes[..3000]).is_err());
/// # Ok::<(), gradus_nn::data::DataError>(())
/// ```
pub fn read_batch(reader: impl Read) -> Result<LabelledImages<Ix4>, DataError> {
    batch(Source::new(reader)?)
}

/// [`read_batch`] from a file.
///
/// # Errors
/// As [`read_batch`], and if the file cannot be read.
///
/// ```no_run
/// use gradus_nn::data::cifar10::read_batch_file;
/// let batch = read_batch_file("cifar-10-batches-bin/data_batch_1.bin")?;
/// assert_eq!(batch.images.dim(), (10_000, 3, 32, 32));
/// # Ok::<(), gradus_nn::data::DataError>(())
/// ```
pub fn read_batch_file(path: impl AsRef<Path>) -> Result<LabelledImages<Ix4>, DataError> {
    batch(Source::open(path.as_ref())?)
}

/// Reads `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin` from a folder, as unpacked from
/// `cifar-10-binary.tar.gz`.
///
/// # Errors
/// If one of them cannot be read: see [`read_batch_file`].
///
/// ```no_run
/// use gradus_nn::data::cifar10::read_folder;
/// let data = read_folder("cifar-10-batches-bin")?;
/// assert_eq!((data.train.len(), data.test.len()), (50_000, 10_000));
/// # Ok::<(), gradus_nn::data::DataError>(())
/// ```
pub fn read_folder(folder: impl AsRef<Path>) -> Result<Cifar10, DataError> {
    let folder = folder.as_ref();
    let parts = (1..=5)
        .map(|number| read_batch_file(folder.join(format!("data_batch_{number}.bin"))))
        .collect::<Result<Vec<_>, _>>()?;
    let images: Vec<_> = parts.iter().map(|part| part.images.view()).collect();
    let labels: Vec<_> = parts.iter().map(|part| part.labels.view()).collect();
    let train = LabelledImages {
        images: concatenate(Axis(0), &images).expect("all images have one shape"),
        labels: concatenate(Axis(0), &labels).expect("labels have one axis"),
    };
    Ok(Cifar10 { train, test: read_batch_file(folder.join("test_batch.bin"))? })
}

fn batch(mut source: Source<'_>) -> Result<LabelledImages<Ix4>, DataError> {
    let bytes = source.up_to(LIMIT + 1)?;
    let (file, found) = (source.file, bytes.len() as u64);
    if found > LIMIT {
        return Err(DataError::TooLarge { file, limit: LIMIT, announced: "more".to_owned() });
    }
    // Labels first: a file of another format is told by them, and is rarely a whole number of records.
    for (record, &label) in bytes.iter().step_by(RECORD).enumerate() {
        if usize::from(label) >= CLASS_NAMES.len() {
            let (byte, hint) = ((record * RECORD) as u64, foreign(&bytes));
            return Err(DataError::Label { file, byte, classes: CLASS_NAMES.len(), label, hint });
        }
    }
    let records = bytes.len() / RECORD;
    if bytes.is_empty() || !bytes.len().is_multiple_of(RECORD) {
        return Err(DataError::Truncated { file, expected: ((records + 1) * RECORD) as u64, found });
    }
    let labels: Array1<usize> = bytes.iter().step_by(RECORD).map(|&label| label.into()).collect();
    let pixels = bytes.chunks_exact(RECORD).flat_map(|record| &record[1..]).copied().collect();
    let images = Array4::from_shape_vec((records, CHANNELS, SIDE, SIDE), pixels).expect("whole records");
    Ok(LabelledImages { images, labels })
}

/// A guess at what a file is that is no binary batch.
fn foreign(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"cifar-10") {
        "this is the archive; unpack it with tar and read the files data_batch_1.bin to data_batch_5.bin in it."
    } else if bytes.starts_with(&[0x80]) {
        "this looks like the Python version; get the binary version, cifar-10-binary.tar.gz."
    } else {
        "is this a .bin file of CIFAR-10, not of CIFAR-100, and complete?"
    }
}
