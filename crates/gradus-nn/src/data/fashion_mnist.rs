//! A subset of Fashion-MNIST that comes with the library: 6,000 images to train on and 1,000 to test.
//!
//! Both parts hold the same number of each class: the first 600 and 100 of the full set, in file order. The folder
//! `data/fashion-mnist` of this crate has their origin, licence and the script that chose them. For the full set, give
//! its files to [`idx::read_labelled_files`].
//!
//! Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
//! Algorithms", 2017.

use ndarray::Ix3;

use super::registry::{DataFile, DataSet};
use super::{LabelledImages, idx};

/// The classes, by label.
pub const CLASS_NAMES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// The embedded images: grey, (batch, height, width) = (6000, 28, 28) and (1000, 28, 28).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FashionMnist {
    /// 6,000 images, 600 of each class.
    pub train: LabelledImages<Ix3>,
    /// 1,000 images, 100 of each class.
    pub test: LabelledImages<Ix3>,
}

/// Unpacks the embedded images.
///
/// ```
/// use gradus_nn::data::fashion_mnist::{CLASS_NAMES, load};
/// let data = load();
/// assert_eq!(data.train.images.dim(), (6000, 28, 28));
/// assert_eq!(data.test.rows::<f64>().dim(), (1000, 784));
/// assert_eq!(CLASS_NAMES[data.train.labels[0]], "Ankle boot");
/// ```
pub fn load() -> FashionMnist {
    FashionMnist { train: part(&TRAIN_IMAGES, &TRAIN_LABELS), test: part(&TEST_IMAGES, &TEST_LABELS) }
}

fn part(images: &DataFile, labels: &DataFile) -> LabelledImages<Ix3> {
    let images = idx::read_images(images.bytes).expect("the embedded images are tested");
    let labels = idx::read_labels(labels.bytes, CLASS_NAMES.len()).expect("the embedded labels are tested");
    LabelledImages { images, labels }
}

macro_rules! embedded {
    ($name:literal, $sha256:literal) => {
        DataFile { name: $name, bytes: include_bytes!(concat!("../../data/fashion-mnist/", $name)), sha256: $sha256 }
    };
}

const TRAIN_IMAGES: DataFile =
    embedded!("train-images-idx3-ubyte.gz", "74df153e1d736137c085533200d77928ad1330a766dbfab0bc33ffdf137c8b83");
const TRAIN_LABELS: DataFile =
    embedded!("train-labels-idx1-ubyte.gz", "2f79ac363aa5db62f0fa8e5c6d76afd2f96e347af63b899a85be6c3f255bc024");
const TEST_IMAGES: DataFile =
    embedded!("t10k-images-idx3-ubyte.gz", "04516f9d284037ea6cce7310aafaed77e8f8c1547f1127ef4aa754c46f47f8f5");
const TEST_LABELS: DataFile =
    embedded!("t10k-labels-idx1-ubyte.gz", "540f63e62544edb8406d1292429a47e6cdb42e4fa2eaa233f072b34e1f6bc46c");
const LICENCE: DataFile = embedded!("LICENCE", "4490f9db0cccfb2315bed0254fa2508318a2e734ca951ee85505670e3b7704d3");

pub(super) const DATA_SET: DataSet = DataSet {
    name: "fashion-mnist",
    description: "grey 28 x 28 images of clothing in 10 classes; a balanced subset of Fashion-MNIST",
    licence: "MIT",
    origin: "https://github.com/zalandoresearch/fashion-mnist",
    train: 6000,
    test: 1000,
    files: &[TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS, LICENCE],
};
