//! Data: readers for the formats of known data sets, and the data sets that come with the library.
//!
//! [`idx`] reads MNIST and its kin, [`cifar10`] the binary batches of CIFAR-10; [`registry`] lists what is embedded;
//! [`shapes`] draws pictures with captions. Nothing here uses the network, and nothing changes the images: see
//! [`preprocess`](crate::preprocess).

pub mod cifar10;
mod error;
#[cfg(feature = "fashion-mnist")]
pub mod fashion_mnist;
pub mod idx;
pub mod registry;
pub mod shapes;
mod source;

use ndarray::{Array, Array1, Array2, Dimension};

pub use error::DataError;

use crate::Scalar;

/// Images and what is on them.
///
/// Shapes: `images` (batch, height, width), or (batch, channels, height, width) for colour; `labels` (batch).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledImages<D: Dimension> {
    /// The pixels, 0 (black) to 255.
    pub images: Array<u8, D>,
    /// The class of each image, from 0.
    pub labels: Array1<usize>,
}

impl<D: Dimension> LabelledImages<D> {
    /// The number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The images as [`rows`](crate::preprocess::rows): (batch, features), values from 0 to 255.
    pub fn rows<F: Scalar>(&self) -> Array2<F> {
        crate::preprocess::rows(&self.images)
    }

    /// The images as rows (batch, features), values scaled to 0 to 1.
    pub fn unit_rows<F: Scalar>(&self) -> Array2<F> {
        self.rows::<F>() / F::cast(255.0)
    }
}
