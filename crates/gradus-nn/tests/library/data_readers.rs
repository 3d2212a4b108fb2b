//! Readers of data files: whole files, every kind of damage, and bytes that are no such file at all.

use std::fs;
use std::io::{self, Read, Write};

use flate2::{Compression, write::GzEncoder};
use gradus_nn::data::cifar10::{read_batch, read_batch_file, read_folder};
use gradus_nn::data::idx::{read_images, read_images_file, read_labelled_files, read_labels};
use gradus_nn::data::{DataError, LabelledImages};
use ndarray::{Array1, Array3, Array4, Ix4, array};
use proptest::prelude::*;

fn idx(lengths: &[usize], elements: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, lengths.len() as u8];
    for &length in lengths {
        bytes.extend((length as u32).to_be_bytes());
    }
    bytes.extend(elements);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

fn cifar(batch: &LabelledImages<Ix4>) -> Vec<u8> {
    let record = |(image, &label): (ndarray::ArrayView3<'_, u8>, &usize)| {
        let mut bytes = vec![label as u8];
        bytes.extend(image.iter());
        bytes
    };
    batch.images.outer_iter().zip(&batch.labels).flat_map(record).collect()
}

fn text(result: Result<impl Sized, DataError>) -> String {
    result.err().expect("an error").to_string()
}

/// Gives one byte at a time, as a slow connection may.
struct Drop1<'a>(&'a [u8]);

impl Read for Drop1<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(1);
        self.0.read(&mut buffer[..count])
    }
}

proptest! {
    #[test]
    fn images_come_back(batch in 0_usize..4, height in 0_usize..5, width in 0_usize..5, seed in any::<u8>()) {
        let images = Array3::from_shape_fn((batch, height, width), |(i, j, k)| seed.wrapping_add((25 * i + 5 * j + k) as u8));
        let bytes = idx(&[batch, height, width], images.as_slice().expect("row-major"));
        prop_assert_eq!(&read_images(&bytes[..]).expect("plain"), &images);
        prop_assert_eq!(&read_images(&gzip(&bytes)[..]).expect("gzip"), &images);
        prop_assert_eq!(&read_images(Drop1(&bytes)).expect("byte by byte"), &images);
    }

    #[test]
    fn labels_come_back(labels in prop::collection::vec(0_u8..10, 0..20)) {
        let bytes = idx(&[labels.len()], &labels);
        let expected: Array1<usize> = labels.iter().map(|&label| label.into()).collect();
        prop_assert_eq!(&read_labels(&bytes[..], 10).expect("plain"), &expected);
        prop_assert_eq!(&read_labels(&gzip(&bytes)[..], 10).expect("gzip"), &expected);
    }

    #[test]
    fn any_shorter_or_longer_file_is_an_error(labels in prop::collection::vec(0_u8..10, 0..20), cut in 0.0..1.0) {
        let whole = idx(&[labels.len()], &labels);
        let length = (cut * whole.len() as f64) as usize;
        let error = read_labels(&whole[..length], 10).expect_err("cut off");
        let is_truncated = matches!(error, DataError::Truncated { found, .. } if found == length as u64);
        prop_assert!(is_truncated, "{}", error);
        let packed = gzip(&whole);
        let length = (cut * packed.len() as f64) as usize;
        prop_assert!(read_labels(&packed[..length], 10).is_err());
        let longer = [&whole[..], &[0]].concat();
        let is_overlong = matches!(read_labels(&longer[..], 10), Err(DataError::Overlong { expected, .. }) if expected == whole.len() as u64);
        prop_assert!(is_overlong);
        let is_overlong = matches!(read_labels(&gzip(&longer)[..], 10), Err(DataError::Overlong { .. }));
        prop_assert!(is_overlong);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(
        start in prop_oneof![
            Just(vec![]), Just(vec![0, 0, 8, 3]), Just(vec![0, 0, 8, 1]), Just(vec![0x1f, 0x8b]),
            Just(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]), Just(vec![0, 0, 8, 3, 0, 0, 0, 0]),
        ],
        rest in prop::collection::vec(any::<u8>(), 0..64),
        classes in 0_usize..300,
    ) {
        let bytes = [start, rest].concat();
        for bytes in [gzip(&bytes), bytes] {
            for error in [read_images(&bytes[..]).err(), read_labels(&bytes[..], classes).err(), read_batch(&bytes[..]).err()] {
                prop_assert!(error.is_none_or(|error| error.to_string().contains("Hint: ")));
            }
        }
    }

    #[test]
    fn no_damaged_gzip_makes_a_reader_panic(position in 0.0..1.0, flip in 1_u8.., length in 1_usize..2000) {
        let labels: Vec<u8> = (0..length).map(|index| (index * index % 10) as u8).collect();
        let mut packed = gzip(&idx(&[length], &labels));
        let position = (position * packed.len() as f64) as usize;
        packed[position] ^= flip;
        // Fields of the gzip header carry no data; a change there may pass, a change of the labels may not.
        if let Ok(read) = read_labels(&packed[..], 10) {
            prop_assert_eq!(read, labels.iter().map(|&label| usize::from(label)).collect::<Array1<_>>());
        }
    }
}

#[test]
fn a_foreign_idx_file_says_what_it_is() {
    let labels = idx(&[2], &[1, 2]);
    assert_eq!(
        text(read_images(&labels[..])),
        "the input is not an IDX file of images: at byte 0 expected [0, 0, 8, 3], found [0, 0, 8, 1]. \
         Hint: this is a file of labels; pass the file of images."
    );
    assert!(
        text(read_labels(&idx(&[1, 1, 1], &[0])[..], 10)).contains("this is a file of images; pass the file of labels")
    );
    assert!(text(read_images(&[0, 0, 13, 3, 0, 0, 0, 0][..])).contains("only IDX files of unsigned bytes"));
    assert!(text(read_images(&b"PNG\r\n"[..])).contains("IDX files have names like"));
}

#[test]
fn damage_is_told_with_its_byte() {
    let images = idx(&[1, 2, 2], &[1, 2, 3]);
    assert_eq!(
        text(read_images(&images[..])),
        "the input is cut off: expected 20 bytes, found the end at byte 19. \
         Hint: the download may be incomplete; get the file again."
    );
    assert!(text(read_images(&[][..])).contains("expected 4 bytes, found the end at byte 0"));
    assert!(text(read_images(&images[..9])).contains("expected 12 bytes, found the end at byte 9"));
    assert_eq!(
        text(read_labels(&idx(&[2], &[9, 10])[..], 10)),
        "the input has a label out of range: at byte 9 expected a label below 10, found 10. \
         Hint: is this the labels' file of that data set?"
    );
    let packed = gzip(&idx(&[1000], &[3; 1000]));
    assert!(
        text(read_labels(&packed[..packed.len() - 9], 10))
            .starts_with("the input is gzip data that cannot be unpacked")
    );
}

#[test]
fn a_header_that_announces_too_much_costs_no_memory() {
    for lengths in [[u32::MAX as usize; 3], [0, u32::MAX as usize, u32::MAX as usize], [1 << 16, 1 << 15, 2]] {
        let error = read_images(&idx(&lengths, &[])[..]).expect_err("too large");
        assert!(matches!(error, DataError::TooLarge { limit: 2_147_483_648, .. }), "{error}");
    }
    // Within the limit, but not there: the buffer grows with the bytes, not with the header.
    let error = read_images(&idx(&[1 << 16, 1 << 14, 1], &[7])[..]).expect_err("cut off");
    assert!(matches!(error, DataError::Truncated { expected: 1_073_741_840, found: 17, .. }), "{error}");
}

#[test]
fn files_are_named_in_errors_and_must_belong_together() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (images, labels) = (folder.path().join("images.gz"), folder.path().join("labels"));
    fs::write(&images, gzip(&idx(&[2, 1, 1], &[5, 6]))).expect("written");
    fs::write(&labels, idx(&[2], &[1, 0])).expect("written");
    let read = read_labelled_files(&images, &labels, 2).expect("both are whole");
    assert_eq!((read.images, read.labels), (array![[[5]], [[6]]], array![1, 0]));

    fs::write(&labels, idx(&[1], &[1])).expect("written");
    assert_eq!(
        text(read_labelled_files(&images, &labels, 2)),
        format!(
            "{} does not belong to its labels: expected 1 images, one for each label, found 2. \
             Hint: do both files come from the same part, training or test?",
            images.display()
        )
    );
    let missing = folder.path().join("missing");
    assert!(text(read_images_file(&missing)).starts_with(&format!("cannot read {}: ", missing.display())));
    assert!(text(read_images_file(folder.path())).starts_with("cannot read "));
}

fn cifar_batch(records: usize, seed: usize) -> LabelledImages<Ix4> {
    LabelledImages {
        images: Array4::from_shape_fn((records, 3, 32, 32), |(i, c, y, x)| (seed + 7 * i + 61 * c + 5 * y + x) as u8),
        labels: (0..records).map(|index| (index + seed) % 10).collect(),
    }
}

#[test]
fn cifar_batches_come_back_from_a_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in 1..=5 {
        let path = folder.path().join(format!("data_batch_{number}.bin"));
        fs::write(path, cifar(&cifar_batch(2, number))).expect("written");
    }
    let missing = text(read_folder(folder.path()));
    assert!(missing.contains("test_batch.bin") && missing.starts_with("cannot read "), "{missing}");

    fs::write(folder.path().join("test_batch.bin"), gzip(&cifar(&cifar_batch(3, 9)))).expect("written");
    let data = read_folder(folder.path()).expect("all six are whole");
    assert_eq!(data.test, cifar_batch(3, 9));
    assert_eq!(data.train.images.dim(), (10, 3, 32, 32));
    assert_eq!(data.train.labels, array![1, 2, 2, 3, 3, 4, 4, 5, 5, 6]);
    assert_eq!(
        data.train.images.index_axis(ndarray::Axis(0), 7),
        cifar_batch(2, 4).images.index_axis(ndarray::Axis(0), 1)
    );
    assert!(read_batch_file(folder.path().join("data_batch_6.bin")).is_err());
}

#[test]
fn damaged_cifar_batches_are_errors() {
    let whole = cifar(&cifar_batch(2, 0));
    assert_eq!(
        text(read_batch(&whole[..6145])),
        "the input is cut off: expected 6146 bytes, found the end at byte 6145. \
         Hint: the download may be incomplete; get the file again."
    );
    assert!(text(read_batch(&[][..])).contains("expected 3073 bytes, found the end at byte 0"));
    let mut wrong = whole.clone();
    wrong[3073] = 10;
    assert!(text(read_batch(&wrong[..])).contains("at byte 3073 expected a label below 10, found 10"));
    assert!(text(read_batch(&b"cifar-10-batches-bin/"[..])).contains("unpack it with tar"));
    assert!(text(read_batch(&[0x80, 2, 125][..])).contains("get the binary version"));
}

#[test]
fn rows_keep_every_pixel_in_order() {
    let read = cifar_batch(2, 3);
    let rows = read.rows::<f64>();
    assert_eq!((rows.dim(), read.len(), read.is_empty()), ((2, 3072), 2, false));
    assert_eq!(rows[[1, 1024 + 32 + 2]], f64::from(read.images[[1, 1, 1, 2]]));
    assert_eq!(read.unit_rows::<f32>()[[1, 1058]], f32::from(read.images[[1, 1, 1, 2]]) / 255.0);
}
