//! The IDX format of MNIST and Fashion-MNIST: images and labels, one byte each, plain or gzip.
//!
//! An IDX file starts with two zero bytes, the element type and the number of axes; then comes the length of each axis
//! as a big-endian `u32`, then the elements in row-major order. Only bytes (type 8) are read here.
//!
//! Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".

use std::io::Read;
use std::path::Path;

use ndarray::{Array1, Array3, Ix3};

use super::source::{LIMIT, Source};
use super::{DataError, LabelledImages};

/// The element type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 8;

/// Reads images: (batch, height, width), values 0 to 255.
///
/// # Errors
/// If the input is no IDX file of images, is damaged, is too short or goes on after its end.
///
/// ```
/// use gradus_nn::data::idx::read_images;
/// let two_images_of_1_by_3 = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];
/// let images = read_images(&two_images_of_1_by_3[..])?;
/// assert_eq!((images.dim(), images[[1, 0, 2]]), ((2, 1, 3), 60));
///
/// let error = read_images(&two_images_of_1_by_3[..20]).unwrap_err();
/// assert!(error.to_string().contains("expected 22 bytes, found the end at byte 20"));
/// # Ok::<(), gradus_nn::data::DataError>(())
/// ```
pub fn read_images(reader: impl Read) -> Result<Array3<u8>, DataError> {
    images(Source::new(reader)?)
}

/// [`read_images`] from a file, packed by gzip or not: (batch, height, width), values 0 to 255.
///
/// # Errors
/// As [`read_images`], and if the file cannot be read.
///
/// ```
/// use gradus_nn::data::idx::read_images_file;
/// let file = std::env::temp_dir().join(format!("images-{}", std::process::id()));
/// std::fs::write(&file, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20]).unwrap();
/// let images = read_images_file(&file)?;
/// std::fs::remove_file(&file).unwrap();
/// assert_eq!((images.dim(), images[[0, 0, 1]]), ((1, 1, 2), 20));
/// # Ok::<(), gradus_nn::data::DataError>(())
/// ```
pub fn read_images_file(path: impl AsRef<Path>) -> Result<Array3<u8>, DataError> {
    images(Source::open(path.as_ref())?)
}

/// Reads labels: (batch), values from 0 to `classes - 1`.
///
/// # Errors
/// If the input is no IDX file of labels, is damaged, is too short or goes on after its end, or if a label is not
/// below `classes`.
///
/// ```
/// use gradus_nn::data::idx::read_labels;
/// use ndarray::array;
/// let three_labels = [0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 2];
/// assert_eq!(read_labels(&three_labels[..], 10)?, array![9, 0, 2]);
/// assert!(read_labels(&three_labels[..], 9).is_err());
/// # Ok::<(), gradus_nn::data::DataError>(())
/// ```
pub fn read_labels(reader: impl Read, classes: usize) -> Result<Array1<usize>, DataError> {
    labels(Source::new(reader)?, classes)
}

/// [`read_labels`] from a file, packed by gzip or not: (batch), values from 0 to `classes - 1`.
///
/// # Errors
/// As [`read_labels`], and if the file cannot be read.
///
/// ```
/// use gradus_nn::data::idx::read_labels_file;
/// let error = read_labels_file("no/such/file", 10).unwrap_err();
/// assert!(error.to_string().contains("no/such/file"));
/// ```
pub fn read_labels_file(path: impl AsRef<Path>, classes: usize) -> Result<Array1<usize>, DataError> {
    labels(Source::open(path.as_ref())?, classes)
}

/// Reads a file of images and the file of their labels.
///
/// # Errors
/// As [`read_images_file`] and [`read_labels_file`], and if there is not one label for each image.
///
/// ```no_run
/// use gradus_nn::data::idx::read_labelled_files;
/// let mnist = read_labelled_files("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", 10)?;
/// assert_eq!(mnist.images.dim(), (60_000, 28, 28));
/// # Ok::<(), gradus_nn::data::DataError>(())
/// ```
pub fn read_labelled_files(
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
    classes: usize,
) -> Result<LabelledImages<Ix3>, DataError> {
    let file = images.as_ref().display().to_string();
    let (images, labels) = (read_images_file(images)?, read_labels_file(labels, classes)?);
    if images.dim().0 != labels.len() {
        return Err(DataError::Counts { file, images: images.dim().0, labels: labels.len() });
    }
    Ok(LabelledImages { images, labels })
}

fn images(mut source: Source<'_>) -> Result<Array3<u8>, DataError> {
    let [batch, height, width] = header(&mut source, "an IDX file of images")?;
    let pixels = source.exactly(batch * height * width)?;
    let shape = [batch, height, width].map(|length| length as usize);
    source.end()?;
    Ok(Array3::from_shape_vec(shape, pixels).expect("the header's size was checked and the bytes counted"))
}

fn labels(mut source: Source<'_>, classes: usize) -> Result<Array1<usize>, DataError> {
    let [batch] = header(&mut source, "an IDX file of labels")?;
    let start = source.position;
    let labels = source.exactly(batch)?;
    if let Some(index) = labels.iter().position(|&label| usize::from(label) >= classes) {
        return Err(DataError::Label {
            file: source.file,
            byte: start + index as u64,
            classes,
            label: labels[index],
            hint: "is this the labels' file of that data set?",
        });
    }
    source.end()?;
    Ok(labels.into_iter().map(usize::from).collect())
}

/// Reads the header of an array of bytes with as many axes as lengths are asked for. Lengths of zero aside, their
/// product is within [`LIMIT`], so that no later product can overflow.
fn header<const AXES: usize>(source: &mut Source<'_>, expected: &'static str) -> Result<[u64; AXES], DataError> {
    let wanted = [0, 0, UNSIGNED_BYTE, AXES as u8];
    let found = source.exactly(4)?;
    if found != wanted {
        let hint = match (found[..3] == wanted[..3], found[3]) {
            (true, 1) => "this is a file of labels; pass the file of images.",
            (true, 3) => "this is a file of images; pass the file of labels.",
            _ if found[..2] == [0, 0] => "only IDX files of unsigned bytes with these axes are read.",
            _ => "IDX files have names like train-images-idx3-ubyte.gz.",
        };
        let (file, wanted, found) = (source.file.clone(), format!("{wanted:?}"), format!("{found:?}"));
        return Err(DataError::Format { file, expected, byte: 0, wanted, found, hint });
    }
    let mut lengths = [0; AXES];
    for length in &mut lengths {
        let bytes = source.exactly(4)?;
        *length = u64::from(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    }
    let size = lengths.iter().try_fold(1_u64, |size, &length| size.checked_mul(length.max(1)));
    if size.is_none_or(|size| size > LIMIT) {
        let announced = format!("axes of {lengths:?}");
        return Err(DataError::TooLarge { file: source.file.clone(), limit: LIMIT, announced });
    }
    Ok(lengths)
}
